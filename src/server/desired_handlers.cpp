// What a device is to run, and the shadow that says so.
#include <fmt/format.h>

#include "base/canonical_json.h"
#include "server/assignment.h"
#include "server/audit.h"
#include "server/body.h"
#include "server/handlers.h"
#include "server/named_device.h"
#include "server/publication.h"
#include "server/shadows.h"
#include "shadow/answers.h"

namespace drover::server {

using nlohmann::json;

namespace {

Result<std::string> shadow_name(const net::Request& request) {
  std::string name = request.parameter("name");
  if (is_shadow_name(name)) return name;
  return fail(Code::invalid_argument, "name: has up to 64 characters of a-z, A-Z, 0-9 and $:_-");
}

}  // namespace

Result<net::Answer> assign_version(Services& services, const Call& call) {
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  const std::string model_text = DROVER_TRY(body.text("model"));
  const std::string version_text = DROVER_TRY(body.text("version"));
  const ModelName model = DROVER_TRY(ModelName::parse(model_text).in("model"));
  const Version version = DROVER_TRY(Version::parse(version_text).in("version"));
  const db::Device device = DROVER_TRY(named_device(services, call));
  if (device.revoked) return fail(Code::not_authorized, fmt::format("\"{}\" was revoked", device.id.str()));
  if (!DROVER_TRY(body.flag("force"))) DROVER_TRY(check_published(services, model, version));
  std::uint64_t order = 0;
  const UnixTime now = services.clock->now();
  const auto changed = DROVER_TRY(change_shadow(services, device.id.str(), "", [&](const auto& before) {
    const Assignment made = assign(before, model, version);
    order = made.order;
    return shadow::apply(before, made.update, now, services.shadow_limits());
  }));
  if (!changed) return fail(Code::too_large, changed.error().message);
  const json answer = {
      {"device", device.id.str()}, {"model", model.str()}, {"version", version.str()}, {"order", order}};
  DROVER_TRY(audit(services, call, "assign", device.id.str(), answer));
  return json_response(answer);
}

Result<net::Answer> get_shadow(Services& services, const Call& call) {
  const DeviceId id = DROVER_TRY(named_device(services, call)).id;
  const std::string name = DROVER_TRY(shadow_name(call.request));
  const auto document = DROVER_TRY(load_shadow(services, id.str(), name));
  if (!name.empty() && !document.exists())
    return fail(Code::not_found, fmt::format("no shadow exists with name: {}", name));
  json answer = shadow::get_answer(document, services.clock->now());
  answer["desired_version"] = document.desired_version;
  return json_response(answer);
}

Result<net::Answer> set_shadow(Services& services, const Call& call) {
  const db::Device device = DROVER_TRY(named_device(services, call));
  if (device.revoked) return fail(Code::not_authorized, fmt::format("\"{}\" was revoked", device.id.str()));
  const DeviceId& id = device.id;
  const std::string name = DROVER_TRY(shadow_name(call.request));
  net::Response response = update_shadow(services, id.str(), name, call.request.body, Author::operator_);
  if (response.status != 200) return response;
  const json update = DROVER_TRY(parse_json(call.request.body));
  DROVER_TRY(audit(services, call, "shadow", id.str(), update));
  return response;
}

}  // namespace drover::server
