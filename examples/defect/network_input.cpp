#include "defect/network_input.h"

#include <algorithm>
#include <cmath>

namespace drover::defect {

InputScaling scaling_of(std::span<const Image> images) {
  double count = 0, sum = 0, squares = 0;
  for (const Image& image : images)
    for (const int level : image.pixels) {
      ++count;
      sum += level;
      squares += level * level;
    }
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(squares / count - mean * mean, 1.0));
  return {.offset = static_cast<float>(mean), .scale = static_cast<float>(1 / deviation)};
}

}  // namespace drover::defect
