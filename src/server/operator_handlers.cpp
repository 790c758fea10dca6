#include <fmt/format.h>

#include <charconv>

#include "base/canonical_json.h"
#include "base/random.h"
#include "server/assignment.h"
#include "server/body.h"
#include "server/handlers.h"
#include "server/publication.h"
#include "server/shadows.h"
#include "shadow/answers.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::size_t kPageMax = 1000;

json optional_time(const std::optional<UnixTime>& time) {
  return time ? json(format_time(*time)) : json(nullptr);
}

Status audit(Services& services, const Call& call, std::string action, std::string target,
             const json& detail) {
  return services.store->add_audit({.at = services.clock->now(),
                                    .who = call.who,
                                    .action = std::move(action),
                                    .target = std::move(target),
                                    .detail = detail.dump()});
}

/// The device that the address names, which must exist.
Result<db::Device> named_device(Services& services, const Call& call) {
  const DeviceId id = DROVER_TRY(DeviceId::parse(call.parameters[0]));
  auto device = DROVER_TRY(services.store->find_device(id));
  if (!device)
    return fail(Code::not_found,
                fmt::format("there is no device \"{}\"; it exists once it has enrolled", id.str()));
  return std::move(*device);
}

Result<json> describe(Services& services, const db::Device& device) {
  const auto document = DROVER_TRY(load_shadow(services, device.id.str(), ""));
  const auto models = [](const json& section) {
    return section.contains("models") ? section["models"] : json::object();
  };
  const auto heard = services.seen.find(device.id);
  return json{{"id", device.id.str()},
              {"labels", device.labels},
              {"enrolled_at", format_time(device.enrolled_at)},
              {"seen_at", optional_time(heard ? heard : device.seen_at)},
              {"revoked", device.revoked},
              {"desired", models(document.desired)},
              {"reported", models(document.reported)},
              {"agent", document.reported.contains("agent") ? document.reported["agent"] : json(nullptr)}};
}

Result<std::size_t> count_of(const net::Request& request, std::size_t when_absent) {
  const std::string text = request.parameter("count");
  if (text.empty()) return when_absent;
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0 || count > kPageMax)
    return fail(Code::invalid_argument, fmt::format("count: must be 1 to {}", kPageMax));
  return count;
}

/// "site=north": whether the device has the label; an empty filter takes all.
bool has_label(const db::Device& device, const std::string& filter) {
  const std::size_t equals = std::min(filter.find('='), filter.size());
  if (filter.empty()) return true;
  const auto found = device.labels.find(filter.substr(0, equals));
  if (found == device.labels.end()) return false;
  return equals == filter.size() || found->second == filter.substr(equals + 1);
}

}  // namespace

Result<net::Answer> create_token(Services& services, const Call& call) {
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  db::EnrolmentToken token;
  if (const auto device = DROVER_TRY(body.optional_text("device")))
    token.device = DROVER_TRY(DeviceId::parse(*device).in("device"));
  token.labels = DROVER_TRY(body.texts("labels"));
  const std::uint64_t life = DROVER_TRY(body.number("expires_in_s", 24 * 3600, 365 * 24 * 3600));
  token.expires_at = services.clock->now() + std::chrono::seconds(life);
  const std::string secret = "dre_" + hex(secure_random(20));
  token.hash = sha256(secret);
  DROVER_TRY(services.store->add_token(token));
  const json target = token.device ? json(token.device->str()) : json(nullptr);
  DROVER_TRY(audit(services, call, "token", token.device ? token.device->str() : "any device",
                   {{"labels", token.labels}, {"expires_at", format_time(token.expires_at)}}));
  return json_response({{"token", secret},
                        {"device", target},
                        {"labels", token.labels},
                        {"expires_at", format_time(token.expires_at)}},
                       201);
}

Result<net::Answer> list_devices(Services& services, const Call& call) {
  const std::size_t count = DROVER_TRY(count_of(call.request, 100));
  const std::string filter = call.request.parameter("label");
  std::string after = call.request.parameter("after");
  json list = json::array();
  bool is_last_page = false;
  while (list.size() < count && !is_last_page) {
    const auto page = DROVER_TRY(services.store->list_devices(after, kPageMax));
    is_last_page = page.size() < kPageMax;
    for (const db::Device& device : page) {
      if (list.size() == count) {
        is_last_page = false;
        break;
      }
      after = device.id.str();
      if (has_label(device, filter)) list.push_back(DROVER_TRY(describe(services, device)));
    }
  }
  return json_response({{"devices", std::move(list)}, {"next", is_last_page ? json(nullptr) : json(after)}});
}

Result<net::Answer> show_device(Services& services, const Call& call) {
  const db::Device device = DROVER_TRY(named_device(services, call));
  return json_response(DROVER_TRY(describe(services, device)));
}

Result<net::Answer> label_device(Services& services, const Call& call) {
  const Body body = DROVER_TRY(Body::parse(call.request.body));
  const db::Labels labels = DROVER_TRY(body.texts("labels"));
  const DeviceId id = DROVER_TRY(named_device(services, call)).id;
  DROVER_TRY(services.store->change_labels(id, labels));
  DROVER_TRY(audit(services, call, "label", id.str(), labels));
  return show_device(services, call);
}

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

Result<net::Answer> revoke_device(Services& services, const Call& call) {
  const DeviceId id = DROVER_TRY(named_device(services, call)).id;
  DROVER_TRY(services.store->revoke_device(id));
  DROVER_TRY(audit(services, call, "revoke", id.str(), json::object()));
  services.notify(shadow_key(id.str()));  // a poll of it that waits is refused now, not in a minute
  return show_device(services, call);
}

Result<net::Answer> get_shadow(Services& services, const Call& call) {
  const DeviceId id = DROVER_TRY(named_device(services, call)).id;
  const auto document = DROVER_TRY(load_shadow(services, id.str(), call.request.parameter("name")));
  json answer = shadow::get_answer(document, services.clock->now());
  answer["desired_version"] = document.desired_version;
  return json_response(answer);
}

Result<net::Answer> set_shadow(Services& services, const Call& call) {
  const DeviceId id = DROVER_TRY(named_device(services, call)).id;
  net::Response response =
      update_shadow(services, id.str(), call.request.parameter("name"), call.request.body);
  if (response.status != 200) return response;
  const json update = DROVER_TRY(parse_json(call.request.body));
  DROVER_TRY(audit(services, call, "shadow", id.str(), update));
  return response;
}

Result<net::Answer> show_logs(Services& services, const Call& call) {
  const db::Device device = DROVER_TRY(named_device(services, call));
  const std::size_t count = DROVER_TRY(count_of(call.request, 20));
  const auto rows = DROVER_TRY(services.store->list_telemetry(device.id, count));
  json entries = json::array();
  for (const auto& row : rows)
    entries.push_back({{"epoch", row.epoch},
                       {"seq", row.seq},
                       {"received_at", format_time(row.received_at)},
                       {"entry", json::parse(row.body, nullptr, false)}});
  return json_response(
      {{"device", DROVER_TRY(describe(services, device))}, {"telemetry", std::move(entries)}});
}

Result<net::Answer> list_audit(Services& services, const Call& call) {
  const std::string before = call.request.parameter("before");
  std::int64_t row_before = 0;
  std::from_chars(before.data(), before.data() + before.size(), row_before);
  const std::size_t count = DROVER_TRY(count_of(call.request, 100));
  const auto found = DROVER_TRY(services.store->list_audit(row_before, count));
  json rows = json::array();
  for (const auto& row : found)
    rows.push_back({{"id", row.id},
                    {"at", format_time(row.at)},
                    {"who", row.who},
                    {"action", row.action},
                    {"target", row.target},
                    {"detail", json::parse(row.detail, nullptr, false)}});
  return json_response({{"audit", std::move(rows)}});
}

}  // namespace drover::server
