#pragma once

#include <array>
#include <string_view>

#include "defect/surface.h"

namespace drover::defect {

/// What the inspector records of every image, in this order; also the columns of reference.csv.
inline constexpr std::array<std::string_view, 6> kFeatureNames = {"mean",      "deviation", "sharpness",
                                                                  "saturated", "dark",      "anisotropy"};

/// mean and standard deviation of the grey levels (0…255); sharpness = variance of the Laplacian (4-neighbour
/// kernel, inner pixels); saturated and dark = share of pixels ≥ 250 and ≤ 25; anisotropy = ln((H+1)/(V+1)),
/// H and V the sums of squared differences of horizontal and of vertical neighbours: the only one of these
/// that sees a turned camera. All sums are of integers.
std::array<float, 6> features(const Image& image);

}  // namespace drover::defect
