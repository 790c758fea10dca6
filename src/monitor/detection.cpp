#include "monitor/detection.h"

#include <algorithm>

namespace drover::monitor {
namespace {

/// The choice's settings for one of `shares` detectors that alarm together.
drift::DetectorKind::Values share_of(const DetectorChoice& choice, const drift::DetectorKind& kind,
                                     std::size_t shares) {
  drift::DetectorKind::Values settings = choice.settings;
  if (!kind.alpha_for_life) return settings;
  const auto setting = std::ranges::find(kind.settings, "alpha", &drift::Setting::name);
  double& alpha = settings.try_emplace("alpha", setting->standard).first->second;
  alpha = std::max(alpha / static_cast<double>(shares), setting->min);
  settings.try_emplace("restarts", 1);
  return settings;
}

}  // namespace

Result<Detection> Detection::make(DetectorChoice choice, const Column& column, std::size_t shares) {
  const auto* kind = DROVER_TRY(drift::detector_kind(choice.kind));
  const drift::Reference reference{.distribution = column.reference,
                                   .mean = column.reference->spread.mean,
                                   .deviation = column.reference->spread.deviation};
  auto recorder = DROVER_TRY(drift::Recorder::make(kind->name, share_of(choice, *kind, shares), reference));
  const drift::Recorder* inside = recorder.get();
  return Detection(
      drift::thin(std::move(recorder), reference, choice.thin ? drift::Thinning() : drift::Thinning(1)),
      inside);
}

void Detection::add(float value) {
  const auto alarm = detector_->update(value);
  if (!alarm) return;
  if (!found_) found_ = Found{.alarm = *alarm, .evidence = *recorder_->evidence()};
  detector_->restart();
}

}  // namespace drover::monitor
