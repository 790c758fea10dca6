#pragma once

#include <optional>
#include <string>

#include "defect/dataset.h"
#include "defect/training.h"

namespace drover::defect {

struct Report {
  bool met = false;  // accuracy, calibration and runtime within their bounds
  std::string text;  // for people
};

inline constexpr double kCalibrationErrorMax = .05;  // on the holdout of a full training
inline constexpr double kDifferenceMax = 1e-4;       // of a score between trainer and runtime

/// Judges the trained network on the holdout, runs the written model.tflite through the runtime when there is
/// one, and writes `folder`/training.json with every number.
Result<Report> make_report(const std::string& folder, const Dataset& data, const TrainOptions& options,
                           const Trained& trained, std::optional<float> dark_limit, double seconds);

}  // namespace drover::defect
