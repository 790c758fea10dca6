#include "server/handlers.h"
#include "server/listing.h"
#include "server/named_device.h"

namespace drover::server {

using nlohmann::json;

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

}  // namespace drover::server
