// A body as a device or an operator may send it, read by every reader of bodies.
#include <cstddef>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "server/body.h"
#include "server/router.h"
#include "server/telemetry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto batch = server::parse_telemetry(text)) {
    std::uint64_t acknowledged = 0;
    for (const auto& [low, high] : server::ranges_of(batch->rows)) acknowledged += high - low + 1;
    DROVER_ASSERT(acknowledged <= batch->rows.size());
    for (const db::TelemetryRow& row : batch->rows)
      for (const db::WindowRow& window : row.windows)
        DROVER_ASSERT(window.failures <= window.inferences && window.right <= window.labelled);
    (void)server::telemetry_answer(*batch).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  if (const auto body = server::Body::parse(text)) {
    (void)body->text("token");
    (void)body->texts("labels");
    (void)body->number("expires_in_s", 1, 100);
    (void)body->flag("force");
  }
  server::find_route(server::routes(), "POST", text);
  return 0;
}
