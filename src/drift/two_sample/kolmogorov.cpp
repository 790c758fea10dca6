#include "drift/two_sample/kolmogorov.h"

#include <algorithm>
#include <cmath>

namespace drover::drift {
namespace {

/// n!·(2d − 1/n)^n, for n·d ≤ 1.
double ruben_gambino_cdf(double n, double nd) {
  if (nd <= 0.5) return 0;
  return std::exp(std::lgamma(n + 1) - n * std::log(n) + n * std::log(2 * nd - 1));
}

double sf(std::uint64_t count, double d) {
  const auto n = static_cast<double>(count);
  const double nd = n * d, square = nd * d;
  if (nd <= 1) return 1 - ruben_gambino_cdf(n, nd);
  if (nd >= n - 1) return 2 * std::pow(1 - d, n);
  if (d >= 0.5) return 2 * smirnov_sf(count, d);
  if (count <= 140) return square <= 4 ? 1 - durbin_cdf(count, d) : 2 * smirnov_sf(count, d);
  if (square >= 370) return 0;
  if (square >= 2.2) return 2 * smirnov_sf(count, d);
  if (count <= 100'000 && nd * std::sqrt(d) <= 1.4) return 1 - durbin_cdf(count, d);
  return 1 - pelz_good_cdf(count, d);
}

}  // namespace

double kolmogorov_sf(std::uint64_t n, double d) {
  if (d <= 0 || n == 0) return 1;
  if (d >= 1) return 0;
  return std::clamp(sf(n, d), 0.0, 1.0);
}

}  // namespace drover::drift
