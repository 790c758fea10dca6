// The shadow under AWS IoT's own paths and words; the thing must be the certificate's.
#include "server/handlers.h"
#include "server/shadows.h"
#include "shadow/answers.h"

namespace drover::server {
namespace {

net::Response rejected(Services& services, const shadow::Rejection& rejection) {
  return json_response(shadow::rejected_answer(rejection, services.clock->now()), rejection.code);
}

std::optional<net::Response> refusal(Services& services, const Call& call) {
  if (call.parameters[0] != call.device.str()) return rejected(services, {403, "Forbidden"});
  if (!is_shadow_name(call.request.parameter("name")))
    return rejected(services, {400, "Invalid shadow name"});
  return std::nullopt;
}

}  // namespace

Result<net::Answer> thing_get_shadow(Services& services, const Call& call) {
  if (auto refused = refusal(services, call)) return std::move(*refused);
  const std::string name = call.request.parameter("name");
  const auto document = DROVER_TRY(load_shadow(services, call.device.str(), name));
  if (!document.exists())
    return rejected(services,
                    {404, "No shadow exists with name: " + (name.empty() ? call.device.str() : name)});
  return json_response(shadow::get_answer(document, services.clock->now()));
}

Result<net::Answer> thing_update_shadow(Services& services, const Call& call) {
  if (auto refused = refusal(services, call)) return std::move(*refused);
  return update_shadow(services, call.device.str(), call.request.parameter("name"), call.request.body,
                       Author::device);
}

Result<net::Answer> thing_delete_shadow(Services& services, const Call& call) {
  if (auto refused = refusal(services, call)) return std::move(*refused);
  const std::string name = call.request.parameter("name");
  const UnixTime now = services.clock->now();
  const auto changed = DROVER_TRY(change_shadow(services, call.device.str(), name, [&](const auto& before) {
    return shadow::erase(before, name.empty() ? call.device.str() : name, now);
  }));
  if (!changed) return rejected(services, changed.error());
  return json_response(shadow::deleted_answer(changed->after, now));
}

}  // namespace drover::server
