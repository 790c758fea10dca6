// The alert asks for a retraining; the model that comes of it runs behind the fogged lens.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "field.h"
#include "steps.h"

namespace drover::defect {
namespace {

using std::chrono::seconds;

constexpr double kSure = 0.75;  // of the policy's rule

/// What a device saw under one version since its camera changed: the newest rolling confidence and all
/// labels.
struct Seen {
  std::optional<double> confidence;
  std::uint64_t labelled = 0, right = 0;
};

/// Of the newest windows, newest first, those under this version that ended after `since_ms`.
Seen seen_under(const Json& windows, std::int64_t since_ms, const std::string& version) {
  Seen seen;
  for (const Json& row : windows) {
    if (text(row, "version") != version || row.value("end_ms", std::int64_t{0}) <= since_ms) continue;
    const Json rolling = row.value("confidence_rolling", Json());
    if (!seen.confidence && rolling.is_number()) seen.confidence = rolling.get<double>();
    seen.labelled += row.value("labelled", std::uint64_t{0});
    seen.right += row.value("right", std::uint64_t{0});
  }
  return seen;
}

double accuracy(const Seen& seen) {
  return static_cast<double>(seen.right) / static_cast<double>(std::max<std::uint64_t>(seen.labelled, 1));
}

Json figures_of(const Seen& seen) {
  Json told = {{"labelled", seen.labelled}, {"accuracy_on_labels", accuracy(seen)}};
  if (seen.confidence) told["confidence_rolling"] = *seen.confidence;
  return told;
}

bool is_low_confidence(const Json& alert) {
  return text(alert, "version") == "1.4.0" && text(alert, "rule") == kLowConfidence &&
         text(alert, "change") == "fired";
}

/// Waits until the device is sure under 1.4.0; its windows then.
Result<Json> await_sure(const Demo& demo, const Device& device) {
  Json found;
  DROVER_TRY(wait_for(device.name() + ": 1.4.0 is sure of what the camera shows", seconds(60),
                      [&](std::string& told) {
                        auto windows = demo.windows(device, 100);
                        if (!windows) return told = windows.error().text(), false;
                        found = std::move(*windows);
                        const Seen seen = seen_under(found, demo.cameras_changed_at(), "1.4.0");
                        told = figures_of(seen).dump();
                        return seen.confidence && *seen.confidence >= kSure;
                      }));
  return found;
}

}  // namespace

Result<Json> step_retrained(Demo& demo) {
  Json asked = DROVER_TRY(demo.await_retraining());
  DROVER_TRY(expect(text(asked, "rule") == kLowConfidence, "the evidence is the alert's", asked));
  // A hazy image tells less: more of them, all of them surfaces, and a bar that can be met.
  DROVER_TRY(demo.start_training("1.4.0", demo.options().seed * 10 + 4,
                                 {"--camera", "none", "--camera", kFogged.fault, "--field", kFogged.fault,
                                  "--train", "2400", "--foreign", "0", "--accuracy-min", "0.85"}));
  const Json training = DROVER_TRY(demo.trained("1.4.0"));
  const Json packed = DROVER_TRY(demo.pack("1.4.0", "1.4.0"));
  DROVER_TRY(expect(packed.value("verified", false), "1.4.0 passes its own smoke test", packed));
  DROVER_TRY(demo.publish("1.4.0"));
  return Json{{"asked_for_by", std::move(asked)}, {"training", training}};
}

Result<Json> step_recovered(Demo& demo) {
  const Device& device = *demo.fleet()[kFogged.device];
  const std::int64_t assigned_ms = now_ms();
  DROVER_TRY(demo.assign(device, "1.4.0"));
  DROVER_TRY(wait_for(device.name() + ": 1.4.0 after probation", seconds(120), [&](std::string& seen) {
    const auto reported = demo.reported(device);
    seen = reported ? reported->dump() : reported.error().text();
    return reported && runs(*reported, "1.4.0");
  }));
  const Json windows = DROVER_TRY(await_sure(demo, device));
  const Json alerts = DROVER_TRY(demo.alerts(device, assigned_ms));
  DROVER_TRY(expect(std::ranges::none_of(alerts, is_low_confidence), "no rule fires on 1.4.0", alerts));
  Json evidence = {{"device", device.name()},
                   {"before_the_fog", demo.confidence_before(device)},
                   {"agents", demo.agents_cost()}};
  std::map<std::string, Seen> behind_the_fog;
  for (const char* version : {"1.0.1", "1.0.0", "1.4.0"}) {
    const Seen& seen = behind_the_fog[version] = seen_under(windows, demo.cameras_changed_at(), version);
    evidence["behind_the_fog"][version] = figures_of(seen);
  }
  DROVER_TRY(expect(accuracy(behind_the_fog["1.4.0"]) > accuracy(behind_the_fog["1.0.1"]),
                    "1.4.0 is right more often", evidence));
  evidence.update(figures(DROVER_TRY(undisturbed(device, Nan::some))));
  return evidence;
}

}  // namespace drover::defect
