// The second half begins: a version to go back to, and one that labels show to be worse.
#include <fmt/format.h>

#include <algorithm>

#include "steps.h"

namespace drover::defect {
namespace {

using std::chrono::seconds;

/// What the labels of the last window of each device say.
Json accuracies(Demo& demo) {
  Json all = Json::object();
  for (const auto& device : demo.fleet())
    if (const auto windows = demo.windows(*device, 20); windows && !windows->empty()) {
      std::uint64_t labelled = 0, right = 0;
      for (const Json& row : *windows) {
        labelled += row.value("labelled", 0);
        right += row.value("right", 0);
      }
      if (labelled > 0) all[device->name()] = static_cast<double>(right) / static_cast<double>(labelled);
    }
  return all;
}

}  // namespace

Result<Json> step_updated_again(Demo& demo) {
  DROVER_TRY(demo.pack("1.0.1", "1.1.0"));  // the network of another seed
  DROVER_TRY(demo.publish("1.0.1"));
  for (const auto& device : demo.fleet()) DROVER_TRY(demo.assign(*device, "1.0.1"));
  DROVER_TRY(demo.await_fleet("1.0.1 after probation", seconds(120),
                              [](const Json& reported) { return runs(reported, "1.0.1"); }));
  Json devices = Json::array();
  for (const auto& device : demo.fleet()) {
    const Json reported = DROVER_TRY(demo.reported(*device));
    devices.push_back(
        {{"device", device->name()}, {"running", reported["version"]}, {"previous", reported["previous"]}});
  }
  return Json{{"devices", std::move(devices)}, {"accuracy_on_labels", accuracies(demo)}};
}

Result<Json> step_probation_accuracy_rolled_back(Demo& demo) {
  const Json training = DROVER_TRY(demo.trained("1.3.0"));
  const Json packed = DROVER_TRY(demo.pack("1.3.0", "1.3.0"));
  DROVER_TRY(expect(packed.value("verified", false), "1.3.0 passes its own smoke test", packed));
  DROVER_TRY(demo.publish("1.3.0"));
  const Json before = accuracies(demo);
  for (const auto& device : demo.fleet()) DROVER_TRY(demo.assign(*device, "1.3.0"));
  DROVER_TRY(demo.await_fleet("1.3.0 taken back on its labels", seconds(120), [](const Json& reported) {
    return error_code(reported) == "probation_errors" && text(reported, "state") == "idle";
  }));
  Json devices = Json::array();
  for (const auto& device : demo.fleet()) {
    const Json reported = DROVER_TRY(demo.reported(*device));
    DROVER_TRY(expect(text(reported, "version") == "1.0.1", "1.0.1 runs again", reported));
    const Json counts = DROVER_TRY(undisturbed(*device, Nan::some));
    devices.push_back({{"device", device->name()},
                       {"running", reported["version"]},
                       {"error", reported["error"]},
                       {"labelled", counts["labelled"]}});
  }
  return Json{{"accuracy_on_holdout", training["holdout"]["accuracy"]},
              {"accuracy_on_labels_before", before},
              {"devices", std::move(devices)}};
}

}  // namespace drover::defect
