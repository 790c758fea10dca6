#include "drift/classical/ks_equal.h"

#include <cmath>

namespace drover::drift {

double ks_equal_p(std::size_t n, std::size_t h) {
  if (h == 0) return 1;
  double sum = 0, sign = 1;
  const double size = static_cast<double>(n), middle = 2 * std::lgamma(size + 1);
  for (std::size_t reach = h; reach <= n; reach += h, sign = -sign) {
    const double r = static_cast<double>(reach);
    sum += sign * std::exp(middle - std::lgamma(size + r + 1) - std::lgamma(size - r + 1));
  }
  return 2 * sum;
}

std::size_t ks_equal_critical(std::size_t n, double alpha) {
  std::size_t h = 1;
  while (h <= n && ks_equal_p(n, h) > alpha) ++h;
  return h;
}

double kolmogorov_critical(double alpha) {
  const auto exceeds = [](double lambda) {
    double sum = 0, sign = 1;
    for (int i = 1; i <= 100; ++i, sign = -sign) sum += sign * std::exp(-2.0 * i * i * lambda * lambda);
    return 2 * sum;
  };
  double low = 0.2, high = 30;  // P(K ≥ 0.2) is 1 to thirteen digits
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (exceeds(middle) > alpha ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace drover::drift
