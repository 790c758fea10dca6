#include "drift/two_sample/rank_tests.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "drift/random.h"

namespace drover::drift {
namespace {

Sample sample(std::vector<double> values) { return *Sample::make(std::move(values)); }

/// `count` numbers of 0 … grid − 1.
std::vector<double> grid_values(int count, int grid) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(*rc::gen::inRange(0, grid));
  return values;
}

TEST(RankSums, TakeInfinitiesAsValues) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Sample finite = sample({1, 2, 3}), one = sample({1, 2, kInfinity});
  EXPECT_EQ(rank_sums(finite, one).wasserstein, kInfinity);
  EXPECT_EQ(rank_sums(one, one).wasserstein, 0);
  EXPECT_EQ(rank_sums(sample({-kInfinity, 1}), sample({-kInfinity, 2})).wasserstein, 0.5);
  EXPECT_EQ(rank_sums(sample({-kInfinity}), finite).wasserstein, kInfinity);
}

TEST(RankTests, OfConstantSamplesAreDefined) {
  for (const std::size_t size : {3u, 300u, 5000u}) {
    const RankSums sums = rank_sums(sample(std::vector<double>(4, 2)), sample(std::vector<double>(size, 2)));
    EXPECT_EQ(mann_whitney(sums).p, 1);
    EXPECT_EQ(cramer_von_mises(sums).t, 0);
    EXPECT_EQ(cramer_von_mises(sums).p, 1);
    EXPECT_FALSE(anderson_darling(sums).defined);
    EXPECT_EQ(sums.wasserstein, 0);
  }
}

/// Percentiles of Anderson and Darling (1952), table 1.
TEST(CramerLimit, HasThePublishedPercentiles) {
  EXPECT_NEAR(cramer_limit_sf(0.46136), 0.05, 1e-5);
  EXPECT_NEAR(cramer_limit_sf(0.74346), 0.01, 1e-5);
  EXPECT_NEAR(cramer_limit_sf(1.16786), 0.001, 1e-5);
  EXPECT_NEAR(cramer_limit_sf(5) / 3.0553e-12, 1, 0.02);  // the series summed by scipy 1.17.1's kv
  EXPECT_GE(cramer_limit_sf(4.4999), cramer_limit_sf(4.5001) * 0.98);
}

/// The definitions, naively: pairs for U, an integral over the pooled values for W1 and, without ties, T.
RC_GTEST_PROP(RankProperty, SumsAreTheDefinitions, ()) {
  const int n = *rc::gen::inRange(1, 30), m = *rc::gen::inRange(1, 30),
            grid = *rc::gen::element(3, 50, 1'000'000);
  const auto x = grid_values(n, grid), y = grid_values(m, grid);
  const RankSums sums = rank_sums(sample(x), sample(y));
  double pairs = 0;
  std::vector<double> all = x;
  all.insert(all.end(), y.begin(), y.end());
  std::ranges::sort(all);
  for (const double a : x)
    for (const double b : y) pairs += a > b ? 1 : a == b ? 0.5 : 0;
  const auto share = [](const std::vector<double>& of, double to) {
    return static_cast<double>(std::ranges::count_if(of, [to](double v) { return v <= to; })) /
           static_cast<double>(of.size());
  };
  double area = 0, squares = 0, above = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double gap = share(x, all[i]) - share(y, all[i]);
    squares += gap * gap;
    above = std::max(above, gap);
    if (i + 1 < all.size()) area += std::abs(gap) * (all[i + 1] - all[i]);
  }
  RC_ASSERT(mann_whitney(sums).u == pairs);
  RC_ASSERT(std::abs(sums.wasserstein - area) <= 1e-9 * (1 + area));
  RC_ASSERT(std::abs(static_cast<double>(sums.ecdf.above) / (n * m) - above) < 1e-12);
  RC_ASSERT(std::abs(cramer_von_mises(sums).t - squares * n * m / ((n + m) * (n + m))) < 1e-9);
}

RC_GTEST_PROP(RankProperty, SwappingTheSamplesChangesNothing, ()) {
  const int grid = *rc::gen::element(3, 50, 1'000'000);
  const Sample a = sample(grid_values(*rc::gen::inRange(1, 40), grid));
  const Sample b = sample(grid_values(*rc::gen::inRange(1, 40), grid));
  const RankSums one = rank_sums(a, b), two = rank_sums(b, a);
  RC_ASSERT(one.cramer == two.cramer);
  RC_ASSERT(one.ecdf.above == two.ecdf.below);
  RC_ASSERT(std::abs(one.wasserstein - two.wasserstein) <= 1e-12 * one.wasserstein);
  RC_ASSERT(std::abs(mann_whitney(one).p - mann_whitney(two).p) < 1e-12);
  RC_ASSERT(std::abs(anderson_darling(one).statistic - anderson_darling(two).statistic) < 1e-9);
}

/// A null simulation of each: rejections at .05 among unchanged pairs, and among pairs of other spread.
TEST(RankTests, KeepTheirLevels) {
  SplitMix random(11);
  const int pairs = 1500;
  int cramer = 0, whitney = 0, anderson = 0, spread = 0;
  const auto draw = [&](int count, double scale) {
    std::vector<double> values;
    for (int i = 0; i < count; ++i) values.push_back((random.uniform() - 0.5) * scale);
    return sample(std::move(values));
  };
  for (int i = 0; i < pairs; ++i) {
    const Sample a = draw(70, 1);
    const RankSums same = rank_sums(a, draw(50, 1)), wider = rank_sums(a, draw(50, 3));
    cramer += cramer_von_mises(same).p <= 0.05;
    whitney += mann_whitney(same).p <= 0.05;
    anderson += anderson_darling(same).p <= 0.05;
    spread += anderson_darling(wider).p <= 0.05;
  }
  for (const int rejected : {cramer, whitney, anderson}) EXPECT_NEAR(rejected / 1500.0, 0.05, 0.018);
  EXPECT_GT(spread, 1300);
}

/// The same of few-valued data.
TEST(RankTests, KeepTheirLevelsWithTies) {
  SplitMix random(12);
  for (const std::uint64_t grid : {2u, 4u, 6u, 20u}) {
    const auto draw = [&](int count) {
      std::vector<double> values;
      for (int i = 0; i < count; ++i) values.push_back(static_cast<double>(random.next() % grid));
      return sample(std::move(values));
    };
    int cramer = 0, whitney = 0, anderson = 0;
    for (int i = 0; i < 1500; ++i) {
      const RankSums same = rank_sums(draw(140), draw(100));
      cramer += cramer_von_mises(same).p <= 0.05;
      whitney += mann_whitney(same).p <= 0.05;
      anderson += anderson_darling(same).p <= 0.05;
    }
    EXPECT_NEAR(cramer / 1500.0, 0.05, 0.025) << grid;
    EXPECT_NEAR(whitney / 1500.0, 0.05, 0.02) << grid;
    EXPECT_LT(anderson / 1500.0, 0.13) << grid;
  }
}

}  // namespace
}  // namespace drover::drift
