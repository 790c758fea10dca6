#include <cmath>
#include <numbers>

#include "drift/two_sample/kolmogorov.h"

namespace drover::drift {

double pelz_good_cdf(std::uint64_t n, double d) {
  const auto count = static_cast<double>(n);
  const double z = std::sqrt(count) * d, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2;
  const double pi2 = std::numbers::pi * std::numbers::pi, pi4 = pi2 * pi2, pi6 = pi4 * pi2;
  if (pi2 / (8 * z2) > 700) return 0;
  // Sums over odd multiples of π/2, then over multiples of π; the names are those of the paper's K0 … K3.
  double k0 = 0, k1 = 0, k2 = 0, k3 = 0, k2_even = 0, k3_even = 0;
  const int terms = static_cast<int>(std::ceil(16 * z / std::numbers::pi));
  for (int i = terms; i >= 1; --i) {
    const double odd = 2.0 * i - 1, m2 = odd * odd, m4 = m2 * m2, m6 = m4 * m2;
    const double q = std::exp(-m2 * pi2 / (8 * z2));
    k0 += q;
    k1 += q * (m2 * pi2 / 4 - z2);
    k2 += q * (6 * z6 + 2 * z4 + m2 * pi2 / 4 * (2 * z4 - 5 * z2) + m4 * pi4 / 16 * (1 - 2 * z2));
    k3 += q * (m6 * pi6 / 64 * (5 - 30 * z2) + m4 * pi4 / 16 * (-60 * z2 + 212 * z4) +
               m2 * pi2 / 4 * (135 * z4 - 96 * z6) - 30 * z6 - 90 * z4 * z4);
    const double k = i, even = std::exp(-k * k * pi2 / (2 * z2));
    k2_even += even * k * k * pi2;
    k3_even += even * k * k * pi2 * (3 * z2 - k * k * pi2);
  }
  const double root = std::sqrt(2 * std::numbers::pi), z3 = z2 * z;
  k0 *= root / z;
  k1 *= root / (6 * z4);
  k2 = root * (k2 / (72 * z6 * z) - k2_even / (36 * z3));
  k3 = root * (k3 / (6480 * z6 * z4) + k3_even / (216 * z6));
  return k0 + k1 / std::sqrt(count) + k2 / count + k3 / (count * std::sqrt(count));
}

}  // namespace drover::drift
