#include "drift/urn/few_tilts.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/detector.h"
#include "drift/simulation.h"
#include "drift/state/counter_figures.h"
#include "drift/urn/tolerant_tables.h"
#include "drift/urn/urn.h"

namespace drover::drift {
namespace {

using Shares = std::vector<double>;

/// The values 0, 1, 2, … with the given shares.
struct Values {
  Shares shares;
  SplitMix random;
  double noise =
      0;  // added to each, uniform: then the values are all different, in the same order as by random ties
  double next() {
    double u = random.uniform(), value = 0;
    for (const double share : shares) {
      if (u < share) break;
      u -= share, ++value;
    }
    return value + noise * random.uniform();
  }
};

Distribution baseline(const Shares& shares, std::size_t m, std::uint64_t seed, double noise = 0) {
  Values values{shares, SplitMix(1000 + seed), noise};
  return simulation::baseline_of(m, seed, [&] { return values.next(); });
}

const Shares kTwo = {.9, .1}, kFour = {.4, .3, .2, .1};

struct Layout {
  const char* name;
  std::vector<std::uint64_t> counts;
};

TEST(FewValues, HaveACellEachAndOneSlotWhereNothingWasSeen) {
  for (const Layout& row : {Layout{"one", {250}}, Layout{"two", {200, 50}}, Layout{"three", {1, 248, 1}},
                            Layout{"four", {100, 2, 100, 1}}}) {
    std::vector<float> values;
    for (std::size_t value = 0; value < row.counts.size(); ++value)
      values.insert(values.end(), row.counts[value], static_cast<float>(value));
    const Distribution made = make_distribution(values, 0, 1).value();
    EXPECT_EQ(few_values(made.slots), row.counts.size()) << row.name;
    EXPECT_EQ(std::accumulate(made.slots.begin(), made.slots.end(), 0u), values.size() + 1);
    std::array<std::uint32_t, 2 * kFewValues + 1> cells{};
    for (std::size_t j = 0; j < kBins; ++j) cells.at(cell_of(j, row.counts.size())) += made.slots[j];
    for (std::size_t value = 0; value < row.counts.size(); ++value) {
      EXPECT_EQ(cells.at(2 * value), 1u) << row.name;
      EXPECT_EQ(cells.at(2 * value + 1), row.counts[value] - 1) << row.name;
      const float at = static_cast<float>(value);
      EXPECT_EQ(cell_of(made.bin(at - .5F, 1), row.counts.size()), 2 * value) << "never seen";
      if (row.counts[value] > 50)
        EXPECT_EQ(cell_of(made.bin(at, 1u << 31), row.counts.size()), 2 * value + 1)
            << "well within the ties";
      EXPECT_EQ(cell_of(made.bin(at, 0), row.counts.size()), 2 * value) << "the least tie";
    }
    EXPECT_EQ(made.bin(100, 0), kBins - 1) << row.name;
  }
}

TEST(FewValues, AreNotSeenInOtherBaselines) {
  EXPECT_EQ(few_values(baseline({.2, .2, .2, .2, .2}, 1000, 1).slots), 0u);
  EXPECT_EQ(few_values(make_distribution(simulation::Normal(1).floats(200), 0, 1).value().slots), 0u);
  EXPECT_EQ(few_values(Slots{}), 0u);
}

TEST(FewValues, BoundTheDistanceOfTheirDistributionFunctions) {
  const Distribution reference = baseline(kFour, 5000, 2);
  Counters counters = Counters::of(reference);
  std::vector<float> live;
  Values values{{.3, .3, .2, .2}, SplitMix(3)};
  for (std::uint64_t i = 0; i < 4000; ++i) {
    live.push_back(static_cast<float>(i % 50 == 0 ? 1.5 : values.next()));
    counters.add(reference, live.back(), tie_of(1, i));
  }
  // The distribution functions themselves, at each value and between.
  double distance = 0;
  Values again{kFour, SplitMix(1002)};
  std::vector<double> past(5000);
  for (double& value : past) value = again.next();
  for (const double x : {0.0, 1.0, 1.5, 2.0, 3.0})
    distance =
        std::max(distance, std::abs(std::ranges::count_if(past, [&](double v) { return v <= x; }) / 5000.0 -
                                    std::ranges::count_if(live, [&](float v) { return v <= x; }) / 4000.0));
  const GridKs found = grid_ks(reference, counters).value();
  EXPECT_LE(found.lower, distance + .002);
  EXPECT_GE(found.upper, distance);
  EXPECT_LE(found.upper, distance + .01) << "the cells are no wider than what was never seen";
}

TEST(FewTilts, AreMartingalesWhateverTheSlots) {
  for (const Shares& shares : {Shares{1}, kTwo, Shares{.5, .3, .2}, kFour}) {
    const Distribution reference = baseline(shares, 300, 4);
    const Tilts& table = tilts_of(reference.slots);
    ASSERT_EQ(&table, &few_tilts(shares.size()));
    const auto sums = urn_sums(reference.slots, table);
    EXPECT_NEAR(std::accumulate(table.weights.begin(), table.weights.end(), 2 * table.adaptive_weight), 1,
                1e-12);
    for (std::size_t k = 0; k < kTilts; ++k) {
      double expectation = 0;
      for (std::size_t j = 0; j < kBins; ++j) {
        EXPECT_GE(table.h[j][k], kTiltMin);
        EXPECT_LE(table.h[j][k], kTiltMax);
        EXPECT_EQ(std::fmod(table.h[j][k] * 4096, 1), 0) << "sums are exact";
        expectation += reference.slots[j] / 301.0 * double{table.h[j][k]} * 301 / sums[k];
      }
      EXPECT_NEAR(expectation, 1, 1e-12) << k;
    }
  }
}

std::uint64_t alarm_after(const Distribution& reference, const DetectorKind::Values& settings, Values stream,
                          std::uint64_t most, Alarm* told = nullptr) {
  const auto detector = make_detector("urn", settings, {.distribution = &reference}).value();
  for (std::uint64_t t = 0; t < most; ++t)
    if (const auto alarm = detector->update(stream.next())) {
      if (told != nullptr) *told = *alarm;
      return t + 1;
    }
  return 0;
}

TEST(FewTilts, AlarmInNoMoreNullStreamsThanAlphaAllows) {
  // As the other urn's: α = .2, 10⁴ observations of 200 streams each: at most 40 ± 5.7; more than 57 has a
  // probability of about .002. A value of share .002 is in some of the baselines, and new in the streams of
  // others.
  int alarms = 0;
  for (const Shares& shares : {Shares{1}, kTwo, Shares{.598, .4, .002}, kFour}) {
    int wrong = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed)
      wrong += alarm_after(baseline(shares, 200, seed), {{"alpha", .2}}, {shares, SplitMix(seed)}, 10000) > 0;
    EXPECT_LE(wrong, 57) << shares.size();
    alarms += wrong;
  }
  EXPECT_GT(alarms, 0) << "a detector that cannot be wrong is not tested";
}

double median_delay(const Shares& before, const Shares& after, const DetectorKind::Values& settings,
                    double noise) {
  std::vector<double> delays;
  for (std::uint64_t seed = 0; seed < 41; ++seed) {
    const auto alarm =
        alarm_after(baseline(before, 5000, seed, noise), settings, {after, SplitMix(seed), noise}, 5000);
    delays.push_back(alarm > 0 ? static_cast<double>(alarm) : 5001);
  }
  std::ranges::nth_element(delays, delays.begin() + 20);
  return delays[20];
}

struct Change {
  const char* name;
  Shares before, after;
};

TEST(FewTilts, FindChangesSoonerThanTheUrnThatBreaksTiesAtRandom) {
  for (const Change& change :
       {Change{"two, doubled", kTwo, {.8, .2}}, Change{"two, balanced", {.5, .5}, {.4, .6}},
        Change{"four, one of them", kFour, {.33, .27, .18, .22}}}) {
    const double few = median_delay(change.before, change.after, {}, 0);
    const double random = median_delay(change.before, change.after, {}, .5);
    EXPECT_LT(few, .9 * random) << change.name;
  }
}

TEST(FewTilts, FindAValueThatWasNeverSeen) {
  for (const Shares& shares : {Shares{1}, kTwo, kFour}) {
    const Distribution reference = baseline(shares, 1000, 5);
    auto detector = make_detector("urn", {}, {.distribution = &reference}).value();
    Values values{shares, SplitMix(6)};
    for (int t = 0; t < 1000; ++t) ASSERT_FALSE(detector->update(values.next()));
    std::optional<Alarm> alarm;
    int news = 0;
    while (!alarm && news < 100) alarm = detector->update(++news % 2 == 1 ? 7 : values.next());
    ASSERT_TRUE(alarm) << shares.size();
    EXPECT_LE(news, 12) << shares.size();
    EXPECT_EQ(alarm->family, "unseen_value");
    EXPECT_EQ(alarm->direction, "up");
  }
}

TEST(FewTilts, NameTheValueWhoseShareChanged) {
  Alarm alarm;
  ASSERT_GT(alarm_after(baseline(kFour, 5000, 7), {}, {{.33, .25, .34, .08}, SplitMix(8)}, 2000, &alarm), 0u);
  EXPECT_EQ(alarm.family, "share_of_value_3");
  EXPECT_EQ(alarm.direction, "up");
  ASSERT_GT(alarm_after(baseline(kTwo, 5000, 7), {}, {{.98, .02}, SplitMix(8)}, 2000, &alarm), 0u);
  EXPECT_EQ(alarm.family, "share_of_value_2");
  EXPECT_EQ(alarm.direction, "down");
}

TEST(FewTilts, GoOnFromACheckpointWithTheSameBits) {
  const Distribution reference = baseline(kFour, 500, 9);
  for (const double tolerance : {0.0, 0.02}) {
    const auto make = [&] {
      return make_detector("urn", {{"tolerance", tolerance}}, {.distribution = &reference}).value();
    };
    auto first = make(), second = make();
    Values values{kFour, SplitMix(10)};
    for (int t = 0; t < 777; ++t) (void)first->update(values.next());
    ASSERT_TRUE(second->restore(first->checkpoint()));
    for (int t = 0; t < 777; ++t) {
      const double value = values.next();
      EXPECT_EQ(first->update(value).has_value(), second->update(value).has_value());
    }
    EXPECT_EQ(first->checkpoint(), second->checkpoint());
  }
}

/// Every law's factor at the law within ε of F0 that is worst for it, as of the other baselines
/// (urn_test.cpp).
TEST(FewTilts, HaveNoTolerantFactorWithAnExpectationAboveOne) {
  const Distribution reference = baseline(kFour, 1000, 11);
  const double epsilon = 0.02;
  const auto tables = make_tolerant_tables(reference.slots, epsilon, 0.01).value();
  SplitMix random(12);
  double most = 0;
  for (int draw = 0; draw < 100; ++draw) {
    std::array<double, kBins> mass{};
    double all = 0;
    for (std::size_t j = 0; j < kBins; ++j)
      for (std::uint32_t slot = 0; slot < reference.slots[j]; ++slot)
        mass[j] -= std::log(1 - random.uniform());
    for (const double part : mass) all += part;
    for (std::size_t k = 0; k < kTilts; ++k) {
      double expected = mass[0] / all * tables.ratio[0][k];
      for (std::size_t j = 1; j < kBins; ++j)
        expected += mass[j] / all * tables.ratio[j][k] +
                    epsilon * std::abs(tables.ratio[j][k] - tables.ratio[j - 1][k]);
      most = std::max(most, expected);
    }
  }
  EXPECT_LE(most, 1);
  EXPECT_GT(most, 0.97) << "a bound this wide would cost power";
}

TEST(FewTilts, KeepTheTolerantModeSilentWithinTheToleranceAndNotBeyondIt) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    alarms += alarm_after(baseline(kTwo, 1000, seed), {{"tolerance", .02}, {"alpha", .2}},
                          {{.88, .12}, SplitMix(seed)}, 5000) > 0;
  EXPECT_LE(alarms, 19);  // 10 ± 3 at most
  const double delay = median_delay(kTwo, {.8, .2}, {{"tolerance", .02}}, 0);
  EXPECT_LT(delay, .9 * median_delay(kTwo, {.8, .2}, {{"tolerance", .02}}, .5));
}

}  // namespace
}  // namespace drover::drift
