// A webhook's body, from whoever holds a token: read within limits, and judged without an assumption.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "server/alert_verdict.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const auto read = server::read_outside_alerts({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  static const ModelName model = ModelName::parse("defect").value();
  static const server::AlertCase found{
      .act = server::HookAct::rollback,
      .shadow =
          shadow::apply(
              {},
              {.reported =
                   nlohmann::json{{"models", {{"defect", {{"version", "1.1.0"}, {"previous", "1.0.0"}}}}}}},
              UnixTime(std::chrono::seconds(0)))
              .value()};
  for (const server::OutsideAlert& alert : read->alerts) {
    DROVER_ASSERT(!alert.fingerprint.empty() && alert.fingerprint.size() <= 128);
    DROVER_ASSERT(alert.evidence.dump().size() <= (256 << 10));
    const auto verdict = server::judge_alert(alert, model, found);
    DROVER_ASSERT(alert.firing || !verdict.assignment);
  }
  return 0;
}
