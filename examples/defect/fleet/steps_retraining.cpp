// The alert asked for a retraining on the device; what came of it goes to the fleet.
#include <fmt/format.h>

#include "field.h"
#include "fs/file_system.h"
#include "steps.h"

namespace drover::defect {
namespace {

using std::chrono::seconds;

struct Seen {
  std::uint64_t labelled = 0, right = 0, inferences = 0;
  double confidence = 0;
};

/// Of the windows under this version, up to `count`.
Seen seen_under(const Json& windows, const std::string& version) {
  Seen seen;
  double sum = 0;
  for (const Json& row : windows) {
    if (text(row, "version") != version || !row["confidence_mean"].is_number()) continue;
    seen.labelled += row.value("labelled", 0);
    seen.right += row.value("right", 0);
    seen.inferences += row.value("inferences", 0);
    sum += row["confidence_mean"].get<double>() * row.value("inferences", 0.0);
  }
  seen.confidence = seen.inferences == 0 ? 0 : sum / static_cast<double>(seen.inferences);
  return seen;
}

Json json_of(const Seen& seen) {
  return {{"confidence_mean", seen.confidence},
          {"accuracy_on_labels",
           seen.labelled == 0 ? Json()
                              : Json(static_cast<double>(seen.right) / static_cast<double>(seen.labelled))},
          {"inferences", seen.inferences}};
}

}  // namespace

Result<Json> step_retrained(Demo& demo) {
  const Json asked = DROVER_TRY(demo.await_retraining());
  const Json packed = DROVER_TRY(demo.pack("1.4.0", "1.4.0"));
  DROVER_TRY(expect(packed.value("verified", false), "1.4.0 passes its own smoke test", packed));
  DROVER_TRY(demo.publish("1.4.0"));
  return Json{{"asked_for_by", asked["evidence"]}, {"training", asked["training"]}};
}

Result<Json> step_recovered(Demo& demo) {
  for (const auto& device : demo.fleet()) DROVER_TRY(demo.assign(*device, "1.4.0"));
  DROVER_TRY(demo.await_fleet("1.4.0 after probation", seconds(150), [](const Json& reported) {
    return text(reported, "version") == "1.4.0" && text(reported, "state") == "idle" &&
           error_code(reported).empty();
  }));
  Json devices = Json::array();
  for (const CameraFault& fault : kCameraFaults) {
    const Device& device = *demo.fleet()[fault.device];
    const Json windows = DROVER_TRY(demo.windows(device, 100));
    const Seen after = seen_under(windows, "1.4.0"), before = seen_under(windows, "1.0.1");
    DROVER_TRY(expect(after.confidence >= 0.75, device.name() + " is sure again", windows.at(0)));
    devices.push_back({{"device", device.name()},
                       {"fault", fault.what},
                       {"with 1.4.0", json_of(after)},
                       {"with 1.0.1", json_of(before)}});
  }
  return Json{{"devices", std::move(devices)}, {"agents", demo.agents_cost()}};
}

}  // namespace drover::defect
