#include "drift/urn/start_weights.h"

#include <cmath>
#include <numbers>

namespace drover::drift {
namespace {

/// ln x for x ≥ 1 by additions, multiplications and divisions alone, which every machine rounds alike (a
/// library's log may differ in the last bit). Error below 1e-15: the series of 2·artanh on [√½, √2), 11
/// terms.
double portable_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < std::numbers::sqrt2 / 2) mantissa *= 2, --exponent;
  const double y = (mantissa - 1) / (mantissa + 1), square = y * y;
  double series = 0;
  for (int term = 21; term >= 1; term -= 2) series = series * square + 1.0 / term;
  return exponent * std::numbers::ln2 + 2 * y * series;
}

}  // namespace

double mass_left(std::uint64_t t) {
  return (1 - kMassAtStart) * 1.5 / (1.5 + portable_log(1 + static_cast<double>(t) / 200000));
}

double start_weight(std::uint64_t t) { return (mass_left(t) - mass_left(t + kBlock)) / kBlock; }

}  // namespace drover::drift
