#include <fmt/format.h>

#include <charconv>

#include "server/handlers.h"
#include "server/listing.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::size_t kWholeMax = 100;  // 256 KiB each

/// ALERT of docs/formats/operator-api.md.
json to_json(const db::AlertRow& row, bool whole) {
  json out = json::parse(row.body, nullptr, false);  // model, version, digest, rule, kind, change, at_ms, …
  out["id"] = row.id;
  out["device"] = row.device.str();
  out["received_at"] = format_time(row.received_at);
  if (whole && !row.verdict.empty()) out["verdict"] = json::parse(row.verdict, nullptr, false);
  return out;
}

Result<std::optional<db::AlertState>> state_of(const net::Request& request) {
  const std::string text = request.parameter("state");
  if (text.empty()) return std::nullopt;
  if (text == "pending") return db::AlertState::pending;
  if (text == "firing") return db::AlertState::firing;
  if (text == "resolved") return db::AlertState::resolved;
  return fail(Code::invalid_argument, "state: must be pending, firing or resolved");
}

Result<db::AlertFilter> filter_of(Services& services, const net::Request& request) {
  db::AlertFilter filter;
  if (const std::string device = request.parameter("device"); !device.empty())
    filter.device = DROVER_TRY(DeviceId::parse(device).in("device"));
  filter.model = DROVER_TRY(model_of(request));
  filter.state = DROVER_TRY(state_of(request));
  filter.since_ms = DROVER_TRY(time_of(services, request, "since", INT64_MIN));
  return filter;
}

}  // namespace

Result<net::Answer> list_alerts(Services& services, const Call& call) {
  const std::size_t count = DROVER_TRY(count_of(call.request, 100));
  const auto filter = DROVER_TRY(filter_of(services, call.request));
  const auto from = DROVER_TRY(listed_up_to(call.request));
  const bool whole = call.request.parameter("whole") == "true";
  if (whole && count > kWholeMax)
    return fail(Code::invalid_argument, fmt::format("count: must be 1 to {} with their verdicts", kWholeMax));
  const auto rows = DROVER_TRY(services.store->list_alerts(filter, from, count, whole));
  json alerts = json::array();
  for (const db::AlertRow& row : rows) alerts.push_back(to_json(row, whole));
  const bool is_last = rows.size() < count;
  return json_response(
      {{"alerts", std::move(alerts)},
       {"next", is_last ? json(nullptr) : json(to_text({rows.back().at_ms, rows.back().id}))}});
}

Result<net::Answer> show_alert(Services& services, const Call& call) {
  const std::string& text = call.parameters[0];
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  std::optional<db::AlertRow> row;
  if (error == std::errc() && end == text.data() + text.size())
    row = DROVER_TRY(services.store->find_alert(id));
  if (!row) return fail(Code::not_found, fmt::format("there is no alert {}", text));
  return json_response(to_json(*row, true));
}

}  // namespace drover::server
