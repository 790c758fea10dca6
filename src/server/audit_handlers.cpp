#include <charconv>

#include "server/audit.h"
#include "server/handlers.h"
#include "server/listing.h"

namespace drover::server {

using nlohmann::json;

Status audit(Services& services, const Call& call, std::string action, std::string target,
             const json& detail) {
  return services.store->add_audit({.at = services.clock->now(),
                                    .who = call.who,
                                    .action = std::move(action),
                                    .target = std::move(target),
                                    .detail = detail.dump()});
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
