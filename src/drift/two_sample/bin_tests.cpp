#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "drift/two_sample/bins.h"
#include "drift/two_sample/special.h"

namespace drover::drift {
namespace {

double total(const std::vector<std::uint64_t>& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

std::size_t bins_in_use(const BinCounts& counts) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i)
    used += counts.reference[i] + counts.current[i] > 0;
  return used;
}

/// Σ (p − q)·ln(p/q) of (count + extra)/(sum + bins·extra).
double index(const BinCounts& counts, double extra) {
  const auto bins = static_cast<double>(counts.reference.size());
  const double n = total(counts.reference) + bins * extra, m = total(counts.current) + bins * extra;
  double sum = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const double q = (static_cast<double>(counts.reference[i]) + extra) / n;
    const double p = (static_cast<double>(counts.current[i]) + extra) / m;
    if (p == q) continue;
    if (p == 0 || q == 0) return std::numeric_limits<double>::infinity();
    sum += (p - q) * std::log(p / q);
  }
  return sum;
}

}  // namespace

PsiResult population_stability(const BinCounts& counts) {
  const double n = total(counts.reference), m = total(counts.current);
  const std::size_t used = bins_in_use(counts);
  const auto degrees = static_cast<double>(std::max(used, std::size_t{1}) - 1);
  PsiResult result{.raw = index(counts, 0), .smoothed = index(counts, 0.5)};
  result.bins = counts.reference.size();
  result.corrected = result.smoothed - degrees * (1 / n + 1 / m);
  result.p = chi_square_sf(n * m / (n + m) * result.smoothed, degrees);
  result.enough = std::min(n, m) >= static_cast<double>(kRowsABinMin * result.bins);
  return result;
}

ChiSquareResult chi_square(const BinCounts& counts) {
  const double n = total(counts.reference), m = total(counts.current);
  ChiSquareResult result{.expected_min = std::min(n, m)};
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const auto r = static_cast<double>(counts.reference[i]), c = static_cast<double>(counts.current[i]);
    if (r + c == 0) continue;
    const double difference = r * m - c * n;
    result.statistic += difference / n * (difference / m) / (r + c);
    result.expected_min = std::min(result.expected_min, (r + c) * std::min(n, m) / (n + m));
  }
  result.dof = std::max(bins_in_use(counts), std::size_t{1}) - 1;
  result.p = chi_square_sf(result.statistic, static_cast<double>(result.dof));
  return result;
}

}  // namespace drover::drift
