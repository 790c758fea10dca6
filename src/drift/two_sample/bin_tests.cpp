#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "drift/two_sample/bins.h"
#include "drift/two_sample/special.h"

namespace drover::drift {
namespace {

using Counts = std::span<const std::uint64_t>;

double total(Counts counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

/// Without the bins that hold no value of either.
BinCounts in_use(const BinCounts& counts) {
  BinCounts used;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    if (counts.reference[i] + counts.current[i] == 0) continue;
    used.reference.push_back(counts.reference[i]);
    used.current.push_back(counts.current[i]);
  }
  return used;
}

double degrees_of(const BinCounts& used) {
  return static_cast<double>(std::max(used.reference.size(), std::size_t{1}) - 1);
}

/// Σ (p − q)·ln(p/q) of (count + extra)/(sum + bins·extra).
double index(Counts reference, Counts current, double extra) {
  const auto bins = static_cast<double>(reference.size());
  const double n = total(reference) + bins * extra, m = total(current) + bins * extra;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double q = (static_cast<double>(reference[i]) + extra) / n;
    const double p = (static_cast<double>(current[i]) + extra) / m;
    if (p == q) continue;
    if (p == 0 || q == 0) return std::numeric_limits<double>::infinity();
    sum += (p - q) * std::log(p / q);
  }
  return sum;
}

}  // namespace

double smoothed_psi(Counts reference, Counts current) { return index(reference, current, 0.5); }

PsiResult population_stability(const BinCounts& counts) {
  const BinCounts used = in_use(counts);
  const double n = total(used.reference), m = total(used.current);
  PsiResult result{.raw = index(used.reference, used.current, 0),
                   .smoothed = smoothed_psi(used.reference, used.current),
                   .bins = used.reference.size()};
  result.corrected = result.smoothed - degrees_of(used) * (1 / n + 1 / m);
  result.p = chi_square_sf(n * m / (n + m) * result.smoothed, degrees_of(used));
  result.enough = std::min(n, m) >= static_cast<double>(kRowsABinMin * result.bins);
  return result;
}

ChiSquareResult chi_square(const BinCounts& counts) {
  const BinCounts used = in_use(counts);
  const double n = total(used.reference), m = total(used.current);
  ChiSquareResult result{.expected_min = std::min(n, m)};
  for (std::size_t i = 0; i < used.reference.size(); ++i) {
    const auto r = static_cast<double>(used.reference[i]), c = static_cast<double>(used.current[i]);
    const double difference = r * m - c * n;
    result.statistic += difference / n * (difference / m) / (r + c);
    result.expected_min = std::min(result.expected_min, (r + c) * std::min(n, m) / (n + m));
  }
  result.dof = static_cast<std::size_t>(degrees_of(used));
  result.p = chi_square_sf(result.statistic, degrees_of(used));
  return result;
}

}  // namespace drover::drift
