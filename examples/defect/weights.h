#pragma once

#include <array>
#include <vector>

#include "defect/network_input.h"

namespace drover::defect {

/// One layer's numbers in TFLite's order: convolutions [out][rows][columns][in], matrices [out][in].
struct Layer {
  std::vector<float> weights, bias;
};

inline constexpr int kImageSize = 48, kFilterSize = 3;
inline constexpr std::array<int, 3> kFilters = {8, 12, 16};  // each followed by a 2×2 pool
inline constexpr int kHidden = 16, kClasses = 2;

/// All that training finds out.
struct Weights {
  InputScaling input = {};
  std::array<Layer, 3> convolutions;
  Layer hidden, last;
};

/// Scores before the softmax, good and defect.
using Logits = std::array<float, kClasses>;

}  // namespace drover::defect
