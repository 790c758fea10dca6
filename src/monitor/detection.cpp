#include "monitor/detection.h"

namespace drover::monitor {

drift::Reference reference_of(const Column* column) {
  if (column == nullptr) return {};
  const drift::Spread& spread = column->reference->spread;
  return {.distribution = column->reference, .mean = spread.mean, .deviation = spread.deviation};
}

Result<Detection> Detection::make(const policy::DetectorChoice& choice,
                                  const drift::DetectorKind::Values& settings, const Column* column) {
  const drift::Reference reference = reference_of(column);
  auto recorder = DROVER_TRY(drift::Recorder::make(choice.kind, settings, reference));
  const drift::Recorder* inside = recorder.get();
  const drift::Thinning thinning = choice.thin ? drift::Thinning() : drift::Thinning(1);
  return Detection(drift::thin(std::move(recorder), reference, thinning), inside);
}

void Detection::add(float value) {
  const auto alarm = detector_->update(value);
  if (!alarm) return;
  if (!found_) found_ = Found{.alarm = *alarm, .evidence = *recorder_->evidence()};
  detector_->restart();
}

}  // namespace drover::monitor
