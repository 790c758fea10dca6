#include <algorithm>
#include <cmath>
#include <vector>

#include "drift/normal.h"
#include "drift/two_sample/rank_tests.h"

namespace drover::drift {
namespace {

constexpr std::uint64_t kExactSmaller = 8, kExactPairs = 10'000;

/// P(U ≥ u): the values of the smaller sample are placed one after another among the larger one's; row i of
/// the table has the law of U for i values. P(U_{i,m} = u) by the last value in order, as products of shares
/// at most 1, so that nothing overflows.
double exact_sf(std::uint64_t n, std::uint64_t m, double u) {
  if (n > m) std::swap(n, m);
  std::vector<std::vector<double>> law(n + 1);  // for j of the larger sample so far
  for (std::uint64_t i = 0; i <= n; ++i) law[i] = {1.0};
  for (std::uint64_t j = 1; j <= m; ++j)
    for (std::uint64_t i = 1; i <= n; ++i) {
      // The largest of i + j values is one of the i with probability i/(i+j), and then above all j.
      std::vector<double> next(i * j + 1, 0.0);
      const double own = static_cast<double>(i) / static_cast<double>(i + j);
      for (std::size_t at = 0; at < law[i - 1].size(); ++at) next[at + j] += own * law[i - 1][at];
      for (std::size_t at = 0; at < law[i].size(); ++at) next[at] += (1 - own) * law[i][at];
      law[i] = std::move(next);
    }
  double p = 0;
  for (auto at = static_cast<std::size_t>(std::ceil(u)); at < law[n].size(); ++at) p += law[n][at];
  return p;
}

}  // namespace

MannWhitneyResult mann_whitney(const RankSums& sums) {
  const auto n = static_cast<double>(sums.ecdf.n), m = static_cast<double>(sums.ecdf.m), all = n + m;
  MannWhitneyResult result{.u = (static_cast<double>(sums.twice_ranks) - n * (n + 1)) / 2};
  const double larger = std::max(result.u, n * m - result.u);
  result.exact = !sums.ties && std::min(sums.ecdf.n, sums.ecdf.m) <= kExactSmaller &&
                 sums.ecdf.n * sums.ecdf.m <= kExactPairs;
  if (result.exact) {
    result.p = std::min(1.0, 2 * exact_sf(sums.ecdf.n, sums.ecdf.m, larger));
    return result;
  }
  const double variance = n * m / 12 * (all + 1 - sums.tie_cubes / (all * (all - 1)));
  if (variance > 0)
    result.p = std::min(1.0, 2 * normal_cdf(-(larger - n * m / 2 - 0.5) / std::sqrt(variance)));
  return result;
}

}  // namespace drover::drift
