#include "drift/levels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "drift/normal.h"

namespace drover::drift {
namespace {

/// f(z): half the normal mass, half evenly over [−3.5, 3.5].
double blend(double z) { return 0.5 * normal_cdf(z) + 0.5 * (z + 3.5) / 7; }

double inverse_blend(double wanted) {
  double low = -3.5, high = 3.5;
  for (int step = 0; step < 80; ++step) {
    const double middle = (low + high) / 2;
    (blend(middle) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

Levels compute() {
  Levels levels{};
  const double from = blend(-3.5), span = blend(3.5) - from;
  for (std::size_t j = 1; j < kBins; ++j) {
    // The middle is 0 exactly, and the two halves mirror each other.
    levels.z[j] = j == kBins / 2 ? 0 : inverse_blend(from + span * static_cast<double>(j) / kBins);
    levels.u[j] = normal_cdf(levels.z[j]);
  }
  levels.z[0] = -std::numeric_limits<double>::infinity();
  levels.z[kBins] = std::numeric_limits<double>::infinity();
  levels.u[0] = 0;
  levels.u[kBins] = 1;
  return levels;
}

}  // namespace

const Levels& levels() {
  static const Levels computed = compute();
  return computed;
}

EdgeRanks ranks_at_levels(std::uint64_t m) {
  EdgeRanks r{};
  for (std::size_t j = 1; j < kBins; ++j)
    r[j] =
        std::min(m, static_cast<std::uint64_t>(std::floor(levels().u[j] * static_cast<double>(m + 1) + 0.5)));
  r[kBins] = m + 1;
  return r;
}

}  // namespace drover::drift
