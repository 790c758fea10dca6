#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "drift/two_sample/compensated_sum.h"
#include "drift/two_sample/kolmogorov.h"

namespace drover::drift {
namespace {

/// ln n! − ln(√(2πn)·(n/e)^n).
double stirling_error(double n) {
  static const auto small = [] {
    std::array<double, 16> table{};
    for (std::size_t i = 1; i < table.size(); ++i) {
      const auto k = static_cast<double>(i);
      table[i] = std::lgamma(k + 1) - (k + 0.5) * std::log(k) + k - 0.5 * std::log(2 * std::numbers::pi);
    }
    return table;
  }();
  if (n < 16) return small[static_cast<std::size_t>(n)];
  const double s = 1 / (n * n);
  return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / n;
}

/// x − ln(1 + x) without cancellation, x > −1.
double log_deviance(double x) {
  if (std::abs(x) > 0.5) return x - std::log1p(x);
  const double r = x / (2 + x), square = r * r;
  double sum = 0;
  for (int k = 33; k >= 3; k -= 2) sum = sum * square + 1.0 / k;
  return r * (x - 2 * square * sum);
}

/// C(n, j)·p^j·(1 − p)^(n−j) with n·p = j + t, 0 < j < n, t < n − j.
double binomial(double n, double j, double t) {
  const double rest = n - j;
  const double log_ratio = stirling_error(n) - stirling_error(j) - stirling_error(rest) -
                           j * log_deviance(t / j) - rest * log_deviance(-t / rest);
  return std::exp(log_ratio) * std::sqrt(n / (2 * std::numbers::pi * j * rest));
}

double birnbaum_tingey(double n, double d) {
  const double t = n * d;
  CompensatedSum sum;
  for (double j = 1; j < n && n - j > t; ++j) sum.add(binomial(n, j, t) / (d + j / n));
  return std::pow(1 - d, n) + d * sum.value();
}

double maag_dicaire(double n, double d) {
  const double a = 6 * n * d + 1, z = a * a / (18 * n);
  return std::exp(-z) * (1 - (2 * z * z - 4 * z - 1) / (18 * n));
}

}  // namespace

double smirnov_sf(std::uint64_t n, double d) {
  if (d <= 0 || n == 0) return 1;
  if (d >= 1) return 0;
  const auto count = static_cast<double>(n);
  return std::clamp(n > 200'000 ? maag_dicaire(count, d) : birnbaum_tingey(count, d), 0.0, 1.0);
}

}  // namespace drover::drift
