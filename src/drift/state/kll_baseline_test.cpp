#include "drift/state/kll_baseline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/detector.h"
#include "drift/few_values.h"
#include "drift/simulation.h"
#include "drift/state/counter_figures.h"

namespace drover::drift {
namespace {

using simulation::Normal;

Kll sketch_of(std::span<const float> values, std::uint64_t seed) {
  Kll sketch(seed);
  for (const float value : values) sketch.add(value);
  return sketch;
}

/// Of the values, the share below the edge; of those that equal it, the part that its tie says.
double share_below(const std::vector<float>& sorted, Edge edge) {
  const auto [from, to] = std::ranges::equal_range(sorted, edge.value);
  return (static_cast<double>(from - sorted.begin()) + static_cast<double>(to - from) * edge.tie * 0x1p-32) /
         static_cast<double>(sorted.size());
}

double worst_rank_error(std::vector<float> values, const Distribution& made) {
  std::ranges::sort(values);
  double worst = 0, slots = 0;
  for (std::size_t j = 0; j < kBins - 1; ++j) {
    slots += made.slots[j];
    if (slots > 0)
      worst = std::max(worst,
                       std::abs(share_below(values, made.edge(j)) - slots / static_cast<double>(made.count)));
  }
  return worst;
}

TEST(KllBaseline, KeepsItsRankErrorAtAllEdgesAtOnce) {
  // 99 % of sketches: of 200 no more than 2 ± 1.4 err by more; more than 7 has a probability below .001.
  int beyond = 0;
  double least = 1;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<float> values = Normal(seed).floats(10000);
    for (std::size_t i = 0; i < values.size(); i += 4) values[i] = std::round(values[i]);  // and ties
    const Distribution made = make_distribution(sketch_of(values, seed), 0, 0).value();
    EXPECT_EQ(made.rank_error, Kll::kRankErrorEverywhere);
    EXPECT_EQ(std::accumulate(made.slots.begin(), made.slots.end(), 0u), 10001u);
    const double worst = worst_rank_error(values, made);
    beyond += worst > made.rank_error;
    least = std::min(least, worst);
  }
  EXPECT_LE(beyond, 7);
  EXPECT_GT(least, .0005) << "a sketch without error keeps too much";
}

TEST(KllBaseline, OfFewValuesHasACellForEach) {
  std::vector<float> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 10 == 0 ? 1 : 0;
  const Distribution made = make_distribution(sketch_of(values, 1), 3, 0).value();
  EXPECT_EQ(few_values(made.slots), 2u);
  EXPECT_EQ(made.missing, 3u);
  EXPECT_EQ(made.min, 0);
  EXPECT_EQ(made.max, 1);
  EXPECT_NEAR(made.slots[4], 4500, 5000 * Kll::kRankErrorEverywhere);
  EXPECT_EQ(made.bin(0, 1u << 31), 4u);
  EXPECT_EQ(made.bin(1, 1u << 31), 12u);
  EXPECT_EQ(made.bin(2, 0), 63u);
}

TEST(KllBaseline, CarriesItsErrorIntoTheFigureAndTheTextOfIt) {
  const auto values = Normal(4).floats(20000);
  Baseline baseline;
  baseline.features["x"] = make_distribution(sketch_of(values, 2), 0, 0).value();
  baseline.order = {"x"};
  EXPECT_EQ(parse_baseline(to_json(baseline)).value(), baseline);
  const Distribution& made = baseline.features["x"];
  Counters counters = Counters::of(made);
  for (std::size_t i = 0; i < values.size(); ++i) counters.add(made, values[i], tie_of(1, i));
  const GridKs same = grid_ks(made, counters).value();
  EXPECT_EQ(same.lower, 0) << "what may be the sketch's error is no distance";
  EXPECT_GE(same.upper, made.rank_error);
  auto exactly = made;
  exactly.rank_error = 0;
  EXPECT_NE(fingerprint(exactly), fingerprint(made));
}

TEST(KllBaseline, RefusesTooFewValuesAndTheModeThatNeedsExactRanks) {
  EXPECT_EQ(make_distribution(sketch_of(Normal(1).floats(999), 1), 0, 0).error().code,
            Code::invalid_argument);
  EXPECT_FALSE(make_distribution(sketch_of(Normal(1).floats(1000), 1), 0, 1001));
  const Distribution made = make_distribution(sketch_of(Normal(1).floats(1000), 1), 0, 0).value();
  EXPECT_EQ(make_detector("urn", {}, {.distribution = &made}).error().code, Code::invalid_argument);
  EXPECT_TRUE(make_detector("urn", {{"tolerance", .02}}, {.distribution = &made}));
}

TEST(KllBaseline, KeepsTheTolerantUrnSilentWithinTheTolerance) {
  // α = .2 and a mean moved by ε = .02 of the distribution function, 50 streams: 10 ± 3 at most.
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Normal normal(seed + 50);
    const Distribution made = make_distribution(sketch_of(normal.floats(2000), seed), 0, 0).value();
    const auto urn =
        make_detector("urn", {{"tolerance", .02}, {"alpha", .2}}, {.distribution = &made}).value();
    alarms += simulation::first_alarm(*urn, 5000, [&] { return normal.next() + .0501; }) > 0;
  }
  EXPECT_LE(alarms, 19);
}

TEST(KllBaseline, IsTheNewNormalThatALifeGoesOnWith) {
  Normal normal(7);
  const Distribution old = simulation::baseline_of(5000, 1, [&] { return normal.next(); });
  const DetectorKind::Values settings = {{"tolerance", .02}, {"restarts", 1}};
  auto first = make_detector("urn", settings, {.distribution = &old}).value();
  const auto shifted = [&] { return normal.next() + 1; };
  ASSERT_GT(simulation::first_alarm(*first, 1000, shifted), 0u);

  Kll fresh(8);  // a person says that this is the new normal
  for (int i = 0; i < 5000; ++i) fresh.add(static_cast<float>(shifted()));
  const Distribution now = make_distribution(fresh, 0, 0).value();
  auto second =
      make_detector("urn", {{"tolerance", .02}, {"restarts", 1}, {"life", 2}}, {.distribution = &now})
          .value();
  EXPECT_EQ(simulation::first_alarm(*second, 50000, shifted), 0u);
  const auto found = [&] {
    for (int t = 0; t < 2000; ++t)
      if (auto alarm = second->update(normal.next() + 2)) return alarm;
    return std::optional<Alarm>();
  }();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->direction, "up");
  EXPECT_NEAR(found->threshold, 4 * 164.4934 / .9, .01) << "the second life's share of alpha";
}

}  // namespace
}  // namespace drover::drift
