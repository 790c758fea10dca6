#include "drift/state/counters.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "drift/simulation.h"
#include "drift/state/counter_figures.h"

namespace drover::drift {
namespace {

const Distribution& reference() {
  static const Distribution made = make_distribution(simulation::Normal(1).floats(2000), 0, 1).value();
  return made;
}

Counters count(std::span<const float> values) {
  Counters counters = Counters::of(reference());
  for (std::size_t i = 0; i < values.size(); ++i) counters.add(reference(), values[i], tie_of(7, i));
  return counters;
}

/// D of two samples by its definition.
double distance(std::vector<float> a, std::vector<float> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  double largest = 0;
  for (const auto& side : {a, b})
    for (const float x : side) {
      const auto share = [x](const std::vector<float>& in) {
        return static_cast<double>(std::ranges::upper_bound(in, x) - in.begin()) /
               static_cast<double>(in.size());
      };
      largest = std::max(largest, std::abs(share(a) - share(b)));
    }
  return largest;
}

RC_GTEST_PROP(Counters, MergeToTheSameInAnyOrder, ()) {
  const auto values = *rc::gen::container<std::vector<float>>(rc::gen::arbitrary<float>());
  const auto windows = *rc::gen::inRange<std::size_t>(1, 6);
  const Counters whole = count(values);
  std::vector<Counters> parts(windows, Counters::of(reference()));
  for (std::size_t i = 0; i < values.size(); ++i)
    parts[*rc::gen::inRange<std::size_t>(0, windows)].add(reference(), values[i], tie_of(7, i));
  Counters forward = Counters::of(reference()), backward = forward;
  for (std::size_t i = 0; i < windows; ++i) {
    RC_ASSERT(forward.merge(parts[i]).has_value());
    RC_ASSERT(backward.merge(parts[windows - 1 - i]).has_value());
  }
  RC_ASSERT(forward == whole);
  RC_ASSERT(backward == whole);
  RC_ASSERT(Counters::from_bytes(whole.to_bytes()).value() == whole);
}

TEST(Counters, TellOddValuesApart) {
  Counters counters = count(std::vector<float>{NAN, INFINITY, -INFINITY, 1, -2});
  counters.add_missing();
  EXPECT_EQ(counters.count(), 5u);
  EXPECT_EQ(counters.missing, 1u);
  EXPECT_EQ(counters.nan, 1u);
  EXPECT_EQ(counters.positive_infinite, 1u);
  EXPECT_EQ(counters.negative_infinite, 1u);
  EXPECT_EQ(counters.bins.back(), 2u) << "NaN counts as +∞";
  EXPECT_EQ(counters.min, -2);
  EXPECT_EQ(counters.max, 1);
}

TEST(Counters, AreNotAddedToThoseOfAnotherBaselineNorBeyondTheirLimit) {
  const Distribution other = make_distribution(simulation::Normal(2).floats(2000), 0, 1).value();
  Counters mine = Counters::of(reference());
  EXPECT_EQ(mine.merge(Counters::of(other)).error().code, Code::conflict);
  Counters full = mine;
  full.bins[3] = Counters::kTotalMax;
  full.min = full.max = 0;
  ASSERT_TRUE(mine.merge(full));
  EXPECT_EQ(mine.merge(full).error().code, Code::too_many);
  EXPECT_EQ(mine, full) << "a refused merge changes nothing";
}

TEST(Counters, RefuseBytesThatDoNotAddUp) {
  const Counters good = count(std::vector<float>{1, 2, NAN});
  Counters more_nan = good, no_range = good, crossed = good, huge = good;
  more_nan.nan = 4;
  no_range.min = NAN;
  crossed.min = 3;
  huge.bins[0] = huge.bins[1] = ~std::uint64_t{0};
  for (const Counters& bad : {more_nan, no_range, crossed, huge})
    EXPECT_EQ(Counters::from_bytes(bad.to_bytes()).error().code, Code::bad_state);
  Bytes bytes = good.to_bytes();
  EXPECT_EQ(bytes.size(), 568u);
  bytes[4] = 2;
  EXPECT_EQ(Counters::from_bytes(bytes).error().code, Code::unsupported);
}

TEST(ClassCounters, CountTheTrackedAndAllOthersAndMergeExactly) {
  const std::array<std::uint32_t, 2> tracked = {9, 4};
  const auto fresh = ClassCounters::make(reference(), tracked).value();
  auto a = fresh, b = fresh, both = fresh;
  for (std::uint32_t i = 0; i < 300; ++i) {
    const float value = static_cast<float>(i % 7) - 3;
    (i % 3 == 0 ? a : b).add(i % 12, reference(), value, i);
    both.add(i % 12, reference(), value, i);
  }
  ASSERT_TRUE(b.merge(a));
  EXPECT_EQ(b, both);
  EXPECT_EQ(b.classes()[0], 4u);
  EXPECT_EQ(b.counters(0).count(), 25u);
  EXPECT_EQ(b.counters(2).count(), 250u);
  const std::array<std::uint32_t, 2> twice = {4, 4};
  EXPECT_FALSE(ClassCounters::make(reference(), twice));
  auto other = ClassCounters::make(reference(), std::span(tracked).first(1)).value();
  EXPECT_EQ(other.merge(fresh).error().code, Code::conflict);
}

RC_GTEST_PROP(GridKs, BoundsTheDistanceAlways, (std::uint64_t seed)) {
  simulation::Normal normal(seed);
  SplitMix choose(seed + 1);
  const double shift = choose.uniform() * 3 - 1.5, factor = 0.2 + choose.uniform() * 3;
  const auto past = normal.floats(200 + choose.next() % 800);
  auto now = normal.floats(1 + choose.next() % 500);
  for (float& value : now) value = static_cast<float>(value * factor + shift);
  const Distribution from = make_distribution(past, 0, seed).value();
  Counters counters = Counters::of(from);
  for (const float value : now) counters.add(from, value, 0);
  const GridKs ks = grid_ks(from, counters).value();
  const double d = distance(past, now), largest = *std::ranges::max_element(from.slots);
  RC_ASSERT(ks.lower <= d + 1e-12);
  RC_ASSERT(d <= ks.upper + 1e-12);
  RC_ASSERT(ks.upper <= ks.lower + largest / static_cast<double>(from.count) + 1e-12);
}

TEST(GridKs, OfNothingIsAnError) {
  EXPECT_EQ(grid_ks(reference(), Counters::of(reference())).error().code, Code::invalid_argument);
  EXPECT_EQ(grid_ks(reference(), Counters{.reference = 1}).error().code, Code::conflict);
}

TEST(PsiOfCounts, EqualsTheReferenceValues) {
  for (const auto& [n, expected] :
       {std::pair(100, .35367), std::pair(1000, .59641), std::pair(10000, .82902)}) {
    const auto tenth = static_cast<std::uint64_t>(n / 10);
    std::array<std::uint64_t, 10> before{}, now{};
    before.fill(tenth);
    now.fill(tenth);
    now[0] = 0, now[1] = 2 * tenth;
    const PsiResult psi = psi_of_counts(before, now).value();
    EXPECT_NEAR(psi.smoothed, expected, 5e-6) << n;
    EXPECT_NEAR(psi.corrected, expected - 18.0 / n, 5e-6) << n;
    EXPECT_EQ(psi.enough, n >= 500) << n;
  }
}

TEST(DecilePsi, OfUnchangedValuesHasTheLevelOfItsTest) {
  // 2 000 windows of 1 000 against a baseline of 100 000: p < .05 in 5 % ± .5 % of them, the corrected value
  // about 0; bounds at 4 deviations, and .5 % for the asymptotics.
  const auto past = simulation::Normal(3).floats(100000);
  const Distribution from = make_distribution(past, 0, 1).value();
  simulation::Normal normal(4);
  int below = 0;
  double corrected = 0;
  for (int window = 0; window < 2000; ++window) {
    Counters counters = Counters::of(from);
    for (int i = 0; i < 1000; ++i) counters.add(from, static_cast<float>(normal.next()), 0);
    const PsiResult psi = decile_psi(from, counters).value();
    ASSERT_EQ(psi.bins, 10u);
    below += psi.p < 0.05;
    corrected += psi.corrected / 2000;
  }
  EXPECT_GT(below, 60);
  EXPECT_LT(below, 150);
  EXPECT_NEAR(corrected, 0, 0.0006);
}

TEST(DecilePsi, HasFewerBinsWhereTheBaselineHasFewValues) {
  const Distribution constant = make_distribution(std::vector<float>(300, 5.0F), 0, 1).value();
  Counters counters = Counters::of(constant);
  for (std::uint64_t i = 0; i < 500; ++i) counters.add(constant, 5, tie_of(1, i));
  EXPECT_GT(decile_psi(constant, counters).value().p, 1e-4) << "an unchanged constant is no drift";
}

TEST(ChiSquaredOfCounts, EqualsPearsonsValueAndBearsUnseenClasses) {
  // scipy 1.17.1: chi2_contingency([[10, 20, 30], [20, 20, 20]], correction=False)
  const std::array<std::uint64_t, 4> a = {10, 20, 30, 0}, b = {20, 20, 20, 0};
  const ChiSquareResult test = chi_squared_of_counts(a, b).value();
  EXPECT_NEAR(test.statistic, 5.333333333333333, 1e-12);
  EXPECT_EQ(test.dof, 2u);
  EXPECT_NEAR(test.p, 0.06948345122280154, 1e-12);
  const std::array<std::uint64_t, 2> old = {50, 0}, now = {0, 50};
  const ChiSquareResult unseen = chi_squared_of_counts(old, now).value();
  EXPECT_NEAR(unseen.statistic, 100, 1e-12);
  EXPECT_LT(unseen.p, 1e-20);
  EXPECT_EQ(chi_squared_of_counts(old, std::array<std::uint64_t, 2>{}).error().code, Code::invalid_argument);
  EXPECT_EQ(chi_squared_of_counts(old, old).value().p, 1);
}

}  // namespace
}  // namespace drover::drift
