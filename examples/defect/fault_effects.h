#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "defect/features.h"
#include "defect/runtime_check.h"
#include "defect/surface.h"

namespace drover::defect {

/// A column a feature, confidence last; a row an image.
using SeenColumns = std::array<std::vector<float>, kFeatureNames.size() + 1>;

/// What one camera does to the features and to the model.
struct FaultEffect {
  std::string camera;  // "none", "dimmed:33"
  SeenColumns seen{};
  std::array<double, 6> ks{};  // of each feature against the healthy camera's
  double confidence_ks = 0;    // of the confidence, likewise
  double mean_confidence = 0;
  double accuracy = 0;
};

/// Shows `count` scenes of stream `seed` through each camera and runs the model on each image. The healthy
/// camera that they are held against sees other scenes (stream seed+1), so that the row "none" shows what
/// chance does.
Result<std::vector<FaultEffect>> fault_effects(const LoadedModel& model,
                                               std::span<const CameraFaults> cameras, std::uint64_t seed,
                                               int count);

/// The largest distance of two samples' distribution functions (Kolmogorov–Smirnov).
double ks_distance(std::vector<float> a, std::vector<float> b);

}  // namespace drover::defect
