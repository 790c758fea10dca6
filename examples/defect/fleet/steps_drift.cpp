// Cameras that change: drift is named, the healthy ones stay quiet, the alert fires and takes the version
// back.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "field.h"
#include "steps.h"

namespace drover::defect {
namespace {

using std::chrono::seconds;

bool is_alarm(const Json& alert) {
  return text(alert, "kind") == "detector" && text(alert, "change") == "fired";
}

/// The features that detectors of the device named since `since_ms`, by the server.
Result<std::set<std::string>> named(Demo& demo, const Device& device, std::int64_t since_ms) {
  const Json alerts = DROVER_TRY(demo.alerts(device, since_ms));
  std::set<std::string> features;
  for (const Json& alert : alerts)
    if (is_alarm(alert)) {
      const std::string rule = text(alert, "rule");
      features.insert(rule.substr(rule.find('/') + 1));
    }
  return features;
}

Result<Json> drifted(Demo& demo, const CameraFault& fault, std::int64_t since_ms) {
  const Device& device = *demo.fleet()[fault.device];
  std::set<std::string> features;
  DROVER_TRY(wait_for(fmt::format("{}: {} is named as drifted", device.name(), fault.feature), seconds(120),
                      [&](std::string& seen) {
                        const auto found = named(demo, device, since_ms);
                        seen = found ? Json(*found).dump() : found.error().text();
                        if (found) features = *found;
                        return features.contains(fault.feature);
                      }));
  const Json windows = DROVER_TRY(demo.windows(device, 1));
  const Json columns = columns_of(windows.at(0));
  Json distances = Json::object();
  for (const auto& [name, column] : columns.items())
    distances[name] = {{"ks", column["ks"]}, {"psi", column["psi"]}};
  return Json{{"device", device.name()},
              {"fault", fault.what},
              {"named", features},
              {"distances", std::move(distances)},
              {"confidence_before", demo.confidence_before(device)},
              {"confidence_rolling", windows.at(0).value("confidence_rolling", Json())}};
}

/// The alert of the rule, once it fired on the device.
Result<Json> fired(Demo& demo, const Device& device, std::int64_t since_ms) {
  Json alert;
  DROVER_TRY(wait_for(device.name() + ": mean confidence < 0.75 for five windows", seconds(180),
                      [&](std::string& seen) {
                        const auto alerts = demo.alerts(device, since_ms);
                        seen = alerts ? alerts->dump().substr(0, 400) : alerts.error().text();
                        if (!alerts) return false;
                        const auto found = std::ranges::find_if(*alerts, [](const Json& each) {
                          return text(each, "rule") == kLowConfidence && text(each, "change") == "fired";
                        });
                        if (found == alerts->end()) return false;
                        alert = *found;
                        return true;
                      }));
  return alert;
}

}  // namespace

Result<Json> step_drift_detected(Demo& demo) {
  demo.note_confidence();
  demo.change_cameras_at(now_ms());
  for (const CameraFault& fault : kCameraFaults)
    DROVER_TRY(demo.fleet()[fault.device]->set_fault(fault.fault));
  Json devices = Json::array();
  for (const CameraFault& fault : kCameraFaults)
    devices.push_back(DROVER_TRY(drifted(demo, fault, demo.cameras_changed_at())));
  return Json{{"devices", std::move(devices)}};
}

Result<Json> step_alert_fired(Demo& demo) {
  const Device& device = *demo.fleet()[kFogged.device];
  Json alert = DROVER_TRY(fired(demo, device, demo.cameras_changed_at()));
  // The whole of it, made again from its numbers.
  const Json explained = DROVER_TRY(demo.explain(alert));
  return Json{{"device", device.name()},      {"rule", alert["rule"]},
              {"why", alert["why"]},          {"actions", alert["actions"]},
              {"outcome", alert["outcome"]},  {"made_again", explained["made"]},
              {"causes", explained["causes"]}};
}

Result<Json> step_alert_rolled_back(Demo& demo) {
  const Device& device = *demo.fleet()[kFogged.device];
  Json reported;
  DROVER_TRY(wait_for(device.name() + ": the alert takes 1.0.1 back", seconds(60), [&](std::string& seen) {
    const auto answer = demo.reported(device);
    seen = answer ? answer->dump() : answer.error().text();
    if (!answer) return false;
    reported = *answer;
    return text(reported, "version") == "1.0.0" && text(reported, "state") == "idle";
  }));
  DROVER_TRY(expect(error_code(reported) == "rule_fired", "the rule's alert is the reason", reported));
  const Json counts = DROVER_TRY(undisturbed(device, Nan::some));
  Json evidence = {{"device", device.name()}, {"running", reported["version"]}, {"error", reported["error"]}};
  evidence.update(figures(counts));
  return evidence;
}

/// Devices whose cameras nothing happened to: no alarm, no alert, since the others' did.
Result<Json> step_healthy_quiet(Demo& demo) {
  Json devices = Json::array();
  for (const std::size_t number : kHealthy) {
    const Device& device = *demo.fleet()[number];
    const Json alerts = DROVER_TRY(demo.alerts(device, demo.cameras_changed_at()));
    DROVER_TRY(
        expect(std::ranges::none_of(alerts, [](const Json& each) { return text(each, "change") == "fired"; }),
               "a healthy camera raises no alert", alerts));
    const Json windows = DROVER_TRY(demo.windows(device, 1));
    const Json columns = columns_of(windows.at(0));
    Json nearness = Json::object();
    for (const auto& [name, column] : columns.items())
      if (column.contains("statistic"))
        nearness[name] = {{"statistic", column["statistic"]}, {"threshold", column["threshold"]}};
    devices.push_back({{"device", device.name()},
                       {"since_s", (now_ms() - demo.cameras_changed_at()) / 1000},
                       {"confidence_rolling", windows.at(0).value("confidence_rolling", Json())},
                       {"detectors", std::move(nearness)}});
  }
  return Json{{"devices", std::move(devices)}};
}

}  // namespace drover::defect
