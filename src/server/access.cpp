#include "server/access.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "server/hook_access.h"

namespace drover::server {

Result<DeviceId> authenticate_device(Services& services, const net::Request& request) {
  if (!request.certificate)
    return fail(Code::not_authenticated, "this address is for devices: present the device's certificate");
  const DeviceId device = DROVER_TRY(DeviceId::parse(request.certificate->common_name));
  if (!DROVER_TRY(services.store->is_valid(request.certificate->serial, device)))
    return fail(
        Code::not_authorized,
        fmt::format("the certificate of \"{}\" was revoked or is not known here; enrol again", device.str()));
  services.seen.note(device, services.clock->now());
  return device;
}

Result<db::Operator> authenticate_operator(Services& services, const net::Request& request, db::Role role) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string header = request.header("authorization");
  if (!header.starts_with(scheme))
    return fail(Code::not_authenticated, "present an operator's token: Authorization: Bearer TOKEN");
  const auto who = DROVER_TRY(services.store->find_operator(sha256(header.substr(scheme.size()))));
  if (!who) return fail(Code::not_authenticated, "the operator's token is not known");
  if (who->expires_at && services.clock->now() >= *who->expires_at)
    return fail(Code::not_authenticated,
                fmt::format("the token of \"{}\" expired at {}; an admin makes another", who->name,
                            format_time(*who->expires_at)));
  if (who->role < role)
    return fail(Code::not_authorized,
                fmt::format("\"{}\" is {}; this needs {}", who->name, db::name(who->role), db::name(role)));
  return *who;
}

Status let_in(Services& services, Access access, Call& call) {
  switch (access) {
    case Access::anyone:
      return {};
    case Access::device:
      call.device = DROVER_TRY(authenticate_device(services, call.request));
      return {};
    case Access::viewer:
      call.who = DROVER_TRY(authenticate_operator(services, call.request, db::Role::viewer)).name;
      return {};
    case Access::operator_:
      call.who = DROVER_TRY(authenticate_operator(services, call.request, db::Role::operator_)).name;
      return {};
    case Access::admin:
      call.who = DROVER_TRY(authenticate_operator(services, call.request, db::Role::admin)).name;
      return {};
    case Access::hook:
      return may_send_hook(services, call.request);
  }
  return fail(Code::internal, "a route without access");
}

}  // namespace drover::server
