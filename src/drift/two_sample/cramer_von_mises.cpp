#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "drift/two_sample/rank_tests.h"
#include "drift/two_sample/special.h"

namespace drover::drift {
namespace {

constexpr std::uint64_t kExactMax = 20;
/// Beyond it p < 1e-10 and the series from 1 downwards has lost its digits; the tail's first term takes over.
constexpr double kTail = 4.5;

struct Count {
  std::int64_t value;
  double paths;
};
using Table = std::vector<Count>;  // by value

/// The two tables together, each value grown by `step`; what reaches `enough` is lumped there.
Table joined(const Table& one, const Table& two, std::int64_t step, std::int64_t enough) {
  Table sum;
  sum.reserve(one.size() + two.size());
  const auto add = [&](const Count& count) {
    const std::int64_t value = std::min(count.value + step, enough);
    if (!sum.empty() && sum.back().value == value)
      sum.back().paths += count.paths;
    else
      sum.push_back({value, count.paths});
  };
  auto i = one.begin();
  auto j = two.begin();
  while (i != one.end() || j != two.end())
    add(j == two.end() || (i != one.end() && i->value < j->value) ? *i++ : *j++);
  return sum;
}

/// The share of orders whose Σ (a·v − b·u)² over the path reaches ζ (Xiao, Gordon, Yakovlev, equation 11).
double exact_sf(const RankSums& sums) {
  const auto n = static_cast<std::int64_t>(sums.ecdf.n), m = static_cast<std::int64_t>(sums.ecdf.m);
  const std::int64_t lcm = std::lcm(n, m), a = lcm / n, b = lcm / m;
  const Int128 scaled = static_cast<Int128>(lcm) * lcm * (n + m) * sums.cramer,
               by = 12 * static_cast<Int128>(n * m) * (n * m);
  const auto zeta = static_cast<std::int64_t>(scaled / by);
  if (zeta <= 0) return 1;
  std::vector<Table> column(static_cast<std::size_t>(n) + 1);
  column[0] = {{0, 1.0}};
  for (std::int64_t u = 0; u <= m; ++u) {
    Table left;
    for (std::int64_t v = 0; v <= n; ++v) {
      const std::int64_t distance = a * v - b * u;
      Table& cell = column[static_cast<std::size_t>(v)];
      cell = joined(cell, left, distance * distance, zeta);
      left = cell;
    }
  }
  const Table& all = column.back();
  double paths = 0;
  for (const Count& count : all) paths += count.paths;
  return all.back().value >= zeta ? all.back().paths / paths : 0;
}

double asymptotic_sf(const RankSums& sums, double t) {
  const auto n = static_cast<double>(sums.ecdf.n), m = static_cast<double>(sums.ecdf.m);
  const double all = n + m, k = n * m;
  const double mean = (1 + 1 / all) / 6;
  const double variance = (all + 1) * (4 * k * all - 3 * (n * n + m * m) - 2 * k) / (45 * all * all * 4 * k);
  return cramer_limit_sf(1.0 / 6 + (t - mean) / std::sqrt(45 * variance));
}

}  // namespace

double cramer_limit_sf(double t) {
  if (t < 0.003) return 1;
  if (t > kTail)
    return 2 / std::sqrt(t) * std::pow(std::numbers::pi, -1.5) *
           std::exp(-std::numbers::pi * std::numbers::pi * t / 2);
  double cdf = 0;
  for (int k = 0; k < 100; ++k) {
    const double y = 4 * k + 1, q = y * y / (16 * t);
    const double weight = std::exp(std::lgamma(k + 0.5) - std::lgamma(k + 1.0));
    const double term = weight * std::sqrt(y) * std::exp(-q) * bessel_k_quarter(q);
    cdf += term;
    if (term < 1e-17) break;
  }
  return std::clamp(1 - cdf / (std::pow(std::numbers::pi, 1.5) * std::sqrt(t)), 0.0, 1.0);
}

CramerResult cramer_von_mises(const RankSums& sums) {
  const auto n = static_cast<double>(sums.ecdf.n), m = static_cast<double>(sums.ecdf.m);
  if (sums.ties) {
    const double t = n * m / ((n + m) * (n + m)) * sums.gap_squares;
    return {.t = t, .p = cramer_limit_sf(t)};
  }
  CramerResult result{.t = static_cast<double>(sums.cramer) / (12 * n * m * (n + m))};
  result.exact = std::max(sums.ecdf.n, sums.ecdf.m) <= kExactMax;
  result.p = result.exact ? exact_sf(sums) : asymptotic_sf(sums, result.t);
  return result;
}

}  // namespace drover::drift
