#include "drift/two_sample/bins.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numbers>

#include "drift/random.h"
#include "drift/two_sample/correction.h"

namespace drover::drift {
namespace {

Sample sample(std::vector<double> values) { return *Sample::make(std::move(values)); }

TEST(Psi, SmoothedReferenceValues) {
  const std::pair<std::uint64_t, double> rows[] = {{100, .35367}, {1000, .59641}, {10'000, .82902}};
  for (const auto& [n, expected] : rows) {
    BinCounts counts{std::vector(10, n / 10), std::vector(10, n / 10)};
    counts.current[0] = 0;
    counts.current[1] = n / 5;
    const PsiResult psi = population_stability(counts);
    EXPECT_NEAR(psi.smoothed, expected, 5e-6) << n;
    EXPECT_TRUE(std::isinf(psi.raw));
    EXPECT_NEAR(psi.corrected, expected - 9 * 2.0 / static_cast<double>(n), 5e-6);
    EXPECT_EQ(psi.enough, n >= 500);
  }
}

/// A null simulation: at n = 100 PSI exceeds .1 in about 40 % of unchanged windows; its p keeps the level
/// once there are 50 values a bin.
TEST(Psi, OfUnchangedData) {
  SplitMix random(5);
  const auto draw = [&](int count) {
    BinCounts counts{std::vector<std::uint64_t>(10), std::vector<std::uint64_t>(10)};
    for (int i = 0; i < count; ++i)
      ++counts.reference[random.next() % 10], ++counts.current[random.next() % 10];
    return population_stability(counts);
  };
  const int windows = 2000;
  int above = 0, rejected = 0;
  double corrected = 0;
  for (int i = 0; i < windows; ++i) {
    const PsiResult small = draw(100), large = draw(500);
    above += small.raw > 0.1;
    rejected += large.p <= 0.05;
    corrected += large.corrected / windows;
  }
  EXPECT_GT(above, windows / 4);
  EXPECT_NEAR(rejected / static_cast<double>(windows), 0.05, 0.02);
  EXPECT_NEAR(corrected, 0, 0.002);
}

/// scipy.stats.chi2_contingency, 1.17.1; the last category is unseen in the reference.
TEST(ChiSquare, ReferenceValues) {
  const ChiSquareResult result = chi_square({{10, 20, 30, 0}, {15, 25, 5, 4}});
  EXPECT_NEAR(result.statistic, 22.53208076881546, 1e-12);
  EXPECT_NEAR(result.p / 5.0546513210830604e-05, 1, 1e-11);
  EXPECT_EQ(result.dof, 3u);
  EXPECT_LT(result.expected_min, 5);
  EXPECT_EQ(chi_square({{7}, {9}}).p, 1);
}

TEST(Divergences, ReferenceValues) {
  EXPECT_NEAR(jensen_shannon({.5, .5}, {.9, .1}, std::numbers::e), .31898154347735663, 1e-15);
  EXPECT_NEAR(jensen_shannon({.5, .5}, {.9, .1}, 2), .3831358798599423, 1e-15);
  EXPECT_NEAR(jensen_shannon(BinCounts{{5, 5}, {9, 1}}), .31898154347735663, 1e-15);
  EXPECT_NEAR(hellinger({{5, 5}, {9, 1}}), std::sqrt(1 - std::sqrt(.45) - std::sqrt(.05)), 1e-15);
  EXPECT_NEAR(hellinger({{5, 0}, {0, 5}}), 1, 1e-15);
  EXPECT_NEAR(jensen_shannon(BinCounts{{5, 0}, {0, 5}}), std::sqrt(std::numbers::ln2), 1e-15);
}

TEST(Edges, AreTheReferencesDeciles) {
  std::vector<double> values;
  for (int i = 100; i > 0; --i) values.push_back(i);
  const auto edges = quantile_edges(sample(values), sample(values));
  EXPECT_EQ(edges, (std::vector<double>{10, 20, 30, 40, 50, 60, 70, 80, 90}));
  const BinCounts counts = count_bins(sample(values), sample({-5, 10, 10.5, 1000}), edges);
  EXPECT_EQ(counts.reference, std::vector<std::uint64_t>(10, 10));
  EXPECT_EQ(counts.current, (std::vector<std::uint64_t>{2, 1, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(Edges, OfAConstantTellBelowFromAbove) {
  const Sample constant = sample({3, 3, 3}), other = sample({2, 3, 4, 4});
  const auto edges = quantile_edges(constant, other);
  const BinCounts counts = count_bins(constant, other, edges);
  EXPECT_EQ(counts.reference, (std::vector<std::uint64_t>{0, 3, 0}));
  EXPECT_EQ(counts.current, (std::vector<std::uint64_t>{1, 1, 2}));
}

TEST(Edges, OfTenDecilesMakeTenBinsWhateverTheMinimum) {
  std::vector<double> low, high;
  for (int i = 1; i <= 10; ++i) low.push_back(i), high.push_back(i + 10);
  const auto edges = quantile_edges(sample(low), sample(high));
  EXPECT_EQ(population_stability(count_bins(sample(low), sample(high), edges)).bins, 10u);
}

TEST(Psi, OfTheSameConstantIsNothing) {
  const Sample few = sample(std::vector<double>(300, 5)), many = sample(std::vector<double>(5000, 5));
  const PsiResult psi = population_stability(count_bins(few, many, quantile_edges(few, many)));
  EXPECT_EQ(psi.smoothed, 0);
  EXPECT_EQ(psi.corrected, 0);
  EXPECT_EQ(psi.p, 1);
  EXPECT_EQ(psi.bins, 1u);
}

/// A null simulation: χ² keeps its level where 5 are expected in each bin.
TEST(ChiSquare, KeepsItsLevel) {
  SplitMix random(6);
  int rejected = 0, found = 0;
  for (int i = 0; i < 2000; ++i) {
    BinCounts same{std::vector<std::uint64_t>(6), std::vector<std::uint64_t>(6)}, other = same;
    for (int k = 0; k < 300; ++k) {
      ++same.reference[random.next() % 6], ++same.current[random.next() % 6];
      ++other.reference[random.next() % 6], ++other.current[random.next() % 8 % 6];
    }
    rejected += chi_square(same).p <= 0.05;
    found += chi_square(other).p <= 0.05;
  }
  EXPECT_NEAR(rejected / 2000.0, 0.05, 0.016);
  EXPECT_GT(found, 1800);
}

TEST(Categories, AreTheUnionOfBoth) {
  const BinCounts counts = count_categories({{"a", 1}, {"b", 2}}, {{"b", 3}, {"c", 4}});
  EXPECT_EQ(counts.reference, (std::vector<std::uint64_t>{1, 2, 0}));
  EXPECT_EQ(counts.current, (std::vector<std::uint64_t>{0, 3, 4}));
}

RC_GTEST_PROP(BinProperty, DistancesAreBoundedSymmetricAndZeroForEqualShares, ()) {
  const auto bins = *rc::gen::inRange<std::size_t>(1, 12);
  const auto draw = [&] {
    auto counts =
        *rc::gen::container<std::vector<std::uint64_t>>(bins, rc::gen::inRange<std::uint64_t>(0, 100));
    ++counts[0];
    return counts;
  };
  const BinCounts counts{draw(), draw()}, swapped{counts.current, counts.reference};
  const BinCounts same{counts.reference, counts.reference};
  for (auto* distance : {static_cast<double (*)(const BinCounts&)>(jensen_shannon), hellinger}) {
    RC_ASSERT(std::abs(distance(counts) - distance(swapped)) < 1e-12);
    RC_ASSERT(distance(counts) <= 1 + 1e-12);
    RC_ASSERT(distance(same) < 1e-7);
  }
  const PsiResult psi = population_stability(counts);
  RC_ASSERT(std::isfinite(psi.smoothed) && psi.smoothed >= 0 && psi.raw >= 0);
  RC_ASSERT(population_stability(same).smoothed == 0 && chi_square(same).p == 1);
  RC_ASSERT(std::abs(chi_square(counts).statistic - chi_square(swapped).statistic) < 1e-9);
}

TEST(Corrections, AreThoseOfTheBooks) {
  const std::vector<double> p = {0.02, 0.001, 0.8, 0.01};
  const std::pair<Correction, std::vector<double>> rows[] = {
      {Correction::none, p},
      {Correction::bonferroni, {0.08, 0.004, 1, 0.04}},
      {Correction::holm, {0.04, 0.004, 0.8, 0.03}},
      {Correction::bh, {0.08 / 3, 0.004, 0.8, 0.02}},  // scipy.stats.false_discovery_control, 1.17.1
  };
  for (const auto& [correction, expected] : rows) {
    const auto got = adjusted(p, correction);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-15) << name(correction);
    EXPECT_EQ(correction_named(name(correction)), correction);
  }
  EXPECT_FALSE(correction_named("sidak"));
  EXPECT_TRUE(adjusted({}, Correction::bh).empty());
}

RC_GTEST_PROP(CorrectionProperty, KeepsTheOrderAndGrows, ()) {
  auto p = *rc::gen::container<std::vector<double>>(
      rc::gen::map(rc::gen::inRange(0, 1001), [](int i) { return i / 1000.0; }));
  for (const Correction correction : {Correction::bonferroni, Correction::holm, Correction::bh}) {
    const auto q = adjusted(p, correction);
    for (std::size_t i = 0; i < p.size(); ++i) {
      RC_ASSERT(q[i] >= p[i] && q[i] <= 1);
      for (std::size_t j = 0; j < p.size(); ++j) RC_ASSERT(p[i] > p[j] || q[i] <= q[j]);
    }
  }
}

}  // namespace
}  // namespace drover::drift
