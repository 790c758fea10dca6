#include <fmt/format.h>

#include <cmath>

#include "server/handlers.h"
#include "server/listing.h"
#include "server/named_device.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::size_t kWholeMax = 500;  // 64 KiB each

json or_null(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

std::optional<double> confidence_mean(const db::WindowRow& row) {
  if (row.confident == 0) return std::nullopt;
  return std::ldexp(static_cast<double>(row.confidence_sum), -32) / static_cast<double>(row.confident);
}

/// WINDOW of docs/formats/operator-api.md.
json to_json(const db::WindowRow& row, bool whole) {
  json out = {{"device", row.device.str()},
              {"epoch", row.from.epoch},
              {"seq", row.from.seq},
              {"place", row.from.place},
              {"model", row.model},
              {"version", row.version},
              {"digest", row.digest},
              {"begin_ms", row.begin_ms},
              {"end_ms", row.end_ms},
              {"received_at", format_time(row.received_at)},
              {"inferences", row.inferences},
              {"failures", row.failures},
              {"labelled", row.labelled},
              {"right", row.right},
              {"confidence_mean", or_null(confidence_mean(row))},
              {"confidence_rolling", or_null(row.confidence_rolling)},
              {"latency_ms",
               {{"p50", or_null(row.latency_p50_ms)},
                {"p95", or_null(row.latency_p95_ms)},
                {"p99", or_null(row.latency_p99_ms)}}},
              {"dropped", row.dropped},
              {"deaths", row.deaths}};
  if (whole) out["entry"] = json::parse(row.body, nullptr, false);
  return out;
}

Result<net::Answer> list(Services& services, const Call& call, db::WindowFilter filter) {
  const net::Request& request = call.request;
  const std::size_t count = DROVER_TRY(count_of(request, 100));
  filter.since_ms = DROVER_TRY(time_of(services, request, "since", INT64_MIN));
  filter.until_ms = DROVER_TRY(time_of(services, request, "until", INT64_MAX));
  filter.version = request.parameter("version");
  const bool whole = request.parameter("whole") == "true";
  if (whole && count > kWholeMax)
    return fail(Code::invalid_argument, fmt::format("count: must be 1 to {} of whole windows", kWholeMax));
  const auto from = DROVER_TRY(listed_up_to(request));
  const auto rows = DROVER_TRY(services.store->list_windows(filter, from, count, whole));
  json windows = json::array();
  for (const db::WindowRow& row : rows) windows.push_back(to_json(row, whole));
  const bool is_last = rows.size() < count;
  return json_response(
      {{"windows", std::move(windows)},
       {"next", is_last ? json(nullptr) : json(to_text({rows.back().end_ms, rows.back().id}))}});
}

}  // namespace

Result<net::Answer> list_device_windows(Services& services, const Call& call) {
  const db::Device device = DROVER_TRY(named_device(services, call));
  return list(services, call, {.device = device.id, .model = DROVER_TRY(model_of(call.request))});
}

Result<net::Answer> list_model_windows(Services& services, const Call& call) {
  const auto model = DROVER_TRY(ModelName::parse(call.parameters[0]));
  return list(services, call, {.model = model.str()});
}

}  // namespace drover::server
