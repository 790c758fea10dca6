#include "drift/lag.h"

#include <algorithm>
#include <cmath>

namespace drover::drift {
namespace {

constexpr double kPairsMax = 8192;

}  // namespace

void LagEstimate::add(double value) {
  if (seen_ == 0) origin_ = value;
  value -= origin_;
  for (std::size_t k = 0; k < kLevels && seen_ % (std::uint64_t{1} << k) == 0; ++k) {
    Level& level = levels_[k];
    const double before = level.last;
    level.last = value;
    if (seen_ == 0) continue;
    level.pairs += 1;
    level.x += before, level.y += value;
    level.xx += before * before, level.yy += value * value, level.xy += before * value;
    if (level.pairs < kPairsMax) continue;
    for (double* sum : {&level.pairs, &level.x, &level.y, &level.xx, &level.yy, &level.xy}) *sum /= 2;
  }
  ++seen_;
}

double LagEstimate::correlation(std::size_t level) const {
  const Level& at = levels_[level];
  const double n = at.pairs;
  const double of_x = n * at.xx - at.x * at.x, of_y = n * at.yy - at.y * at.y;
  // What rounding leaves of a constant stream is no variance.
  if (!(of_x > 1e-9 * n * at.xx) || !(of_y > 1e-9 * n * at.yy)) return 0;
  return std::clamp((n * at.xy - at.x * at.y) / std::sqrt(of_x * of_y), -1.0, 1.0);
}

}  // namespace drover::drift
