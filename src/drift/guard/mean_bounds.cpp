#include "drift/guard/mean_bounds.h"

#include <algorithm>
#include <cmath>

namespace drover::drift {

RateBounds mean_bounds(double sum, std::uint64_t count, double alpha) {
  constexpr double kRho = 25, kVariance = 0.25;
  if (count == 0) return {};
  const double n = static_cast<double>(count), v = kVariance * n + kRho;
  const double mean = sum / n, half = std::sqrt(v * std::log(v / (kRho * alpha * alpha))) / n;
  return {std::clamp(mean - half, 0.0, 1.0), std::clamp(mean + half, 0.0, 1.0)};
}

}  // namespace drover::drift
