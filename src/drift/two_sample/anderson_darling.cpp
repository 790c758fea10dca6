#include <array>
#include <cmath>

#include "drift/two_sample/rank_tests.h"

namespace drover::drift {
namespace {

/// Table 2 of Scholz and Stephens for k = 2: b0 + b1 + b2 at each level.
constexpr std::array kLevels = {0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};
constexpr std::array kCritical = {0.675 - 0.245 - 0.105, 1.281 + 0.250 - 0.305, 1.645 + 0.678 - 0.362,
                                  1.960 + 1.149 - 0.391, 2.326 + 1.822 - 0.396, 2.573 + 2.364 - 0.345,
                                  3.085 + 3.615 - 0.154};

/// The least-squares parabola of ln(level) over the critical values.
const std::array<double, 3>& parabola() {
  static const auto coefficients = [] {
    double power[5] = {}, right[3] = {};
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
      double x = 1;
      for (int k = 0; k < 5; ++k, x *= kCritical[i]) {
        power[k] += x;
        if (k < 3) right[k] += x * std::log(kLevels[i]);
      }
    }
    // Cramer's rule on the normal equations: seven points between 0.3 and 6.6 are well conditioned.
    const auto determinant = [](const double(&c)[3][3]) {
      return c[0][0] * (c[1][1] * c[2][2] - c[1][2] * c[2][1]) -
             c[0][1] * (c[1][0] * c[2][2] - c[1][2] * c[2][0]) +
             c[0][2] * (c[1][0] * c[2][1] - c[1][1] * c[2][0]);
    };
    std::array<double, 3> solved{};
    double whole = 0;
    for (int unknown = -1; unknown < 3; ++unknown) {
      double cells[3][3];
      for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 3; ++column)
          cells[row][column] = column == unknown ? right[row] : power[row + column];
      if (unknown < 0)
        whole = determinant(cells);
      else
        solved[static_cast<std::size_t>(unknown)] = determinant(cells) / whole;
    }
    return solved;
  }();
  return coefficients;
}

/// Variance of A² for two samples (equation 4, k = 2).
double variance(double n, double m) {
  const double all = n + m;
  double h = 0, g = 0;  // Σ 1/i and Σ Σ 1/((N − i)·j), i < N − 1, i < j < N
  double tail = 0;
  for (double j = 2; j < all; ++j) {
    tail += 1 / (all + 1 - j);
    g += tail / j;
  }
  h = tail + 1;
  const double inverse = 1 / n + 1 / m;
  const double a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const double b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const double c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
  const double d = (2 * h + 6) * 4 - 8 * h;
  return (((a * all + b) * all + c) * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

}  // namespace

AndersonResult anderson_darling(const RankSums& sums) {
  const auto n = static_cast<double>(sums.ecdf.n), m = static_cast<double>(sums.ecdf.m), all = n + m;
  AndersonResult result;
  if (all < 4 || sums.tie_cubes >= all * all * all - all) return result;
  result.defined = true;
  result.statistic = (sums.anderson - 1) / std::sqrt(variance(n, m));
  result.clipped = result.statistic < kCritical.front() || result.statistic > kCritical.back();
  const auto& c = parabola();
  if (result.clipped)
    result.p = result.statistic < kCritical.front() ? kLevels.front() : kLevels.back();
  else
    result.p = std::exp(c[0] + result.statistic * (c[1] + result.statistic * c[2]));
  return result;
}

}  // namespace drover::drift
