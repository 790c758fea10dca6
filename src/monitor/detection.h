#pragma once

#include <memory>
#include <optional>
#include <string>

#include "drift/evidence.h"
#include "drift/thinning.h"
#include "monitor/scheme.h"
#include "policy/detector_choice.h"

namespace drover::monitor {

/// What a detector may know of a column; of a stream of errors (null) nothing.
drift::Reference reference_of(const Column* column);

/// One detector on one stream of values: what it has seen, and the last alarm with what it rests on. After an
/// alarm it begins its next life by itself.
class Detection {
 public:
  /// `settings` as policy::settings_of() gives them. Errors: as drift::make_detector.
  static Result<Detection> make(const policy::DetectorChoice& choice,
                                const drift::DetectorKind::Values& settings, const Column* column);

  /// The next value, in order.
  void add(float value);

  struct Found {
    drift::Alarm alarm;  // index and onset in the stream's own count
    drift::Evidence evidence;
  };
  /// The first alarm since it was last asked.
  std::optional<Found> take_found() { return std::exchange(found_, std::nullopt); }
  [[nodiscard]] const std::optional<Found>& found() const { return found_; }

  [[nodiscard]] std::optional<drift::Standing> standing() const { return detector_->standing(); }
  [[nodiscard]] const drift::Thinning& thinning() const { return detector_->thinning(); }

  [[nodiscard]] Bytes checkpoint() const { return detector_->checkpoint(); }
  /// Errors: as drift::Detector::restore; then nothing changes.
  Result<void> restore(ByteView state) { return detector_->restore(state); }

 private:
  Detection(std::unique_ptr<drift::ThinnedDetector> detector, const drift::Recorder* recorder)
      : detector_(std::move(detector)), recorder_(recorder) {}

  std::unique_ptr<drift::ThinnedDetector> detector_;
  const drift::Recorder* recorder_;  // inside detector_
  std::optional<Found> found_;
};

}  // namespace drover::monitor
