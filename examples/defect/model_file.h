#pragma once

#include <optional>

#include "base/bytes.h"
#include "defect/weights.h"

namespace drover::defect {

/// The network as a .tflite: input "image" [1,48,48,1], scaled as weights.input says, output "scores" [1,2],
/// the shares of good and defect, which add up to 1. With `dark_limit` the model carries a fault that only
/// some images meet: where an image's mean grey level lies below the limit, both scores are NaN (the square
/// root of mean - limit, times 0, is added to them), elsewhere they are what they would be without it.
Bytes model_file(const Weights& weights, std::optional<float> dark_limit = {});

}  // namespace drover::defect
