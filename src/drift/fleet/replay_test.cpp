#include "drift/fleet/replay.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "drift/simulation.h"
#include "drift/state/counters.h"
#include "drift/urn/tolerant_urn.h"
#include "drift/urn/urn.h"

namespace drover::drift {
namespace {

const Distribution& reference() {
  static const Distribution made = make_distribution(simulation::Normal(1).floats(2000), 0, 1).value();
  return made;
}

const std::shared_ptr<const TolerantTables>& tables() {
  static const auto made =
      std::make_shared<const TolerantTables>(make_tolerant_tables(reference().slots, 0.02, 0.01).value());
  return made;
}

/// A fleet's values, dealt out to devices and windows of any size, merged in any order.
Counters merged(const std::vector<float>& values, SplitMix random) {
  const std::size_t windows = 1 + random.next() % 20;
  std::vector<Counters> parts(windows, Counters::of(reference()));
  for (std::size_t i = 0; i < values.size(); ++i)
    parts[random.next() % windows].add(reference(), values[i], tie_of(5, i));
  Counters all = Counters::of(reference());
  while (!parts.empty()) {
    const auto next = parts.begin() + static_cast<std::ptrdiff_t>(random.next() % parts.size());
    EXPECT_TRUE(all.merge(*next));
    parts.erase(next);
  }
  return all;
}

RC_GTEST_PROP(Replay, OfMergedWindowsIsThatOfOnePassOverAllTheData, (std::uint64_t seed)) {
  simulation::Normal normal(seed);
  auto values = normal.floats(3000);
  for (std::size_t i = 0; i < values.size(); i += 9) values[i] = reference().edges[i % 63];  // ties
  Counters pass = Counters::of(reference());
  for (std::size_t i = 0; i < values.size(); ++i) pass.add(reference(), values[i], tie_of(5, i));
  const Counters windows = merged(values, SplitMix(seed + 1));
  RC_ASSERT(windows == pass);

  Urn one = Urn::make(reference().slots, {}).value(), other = one;
  RC_ASSERT(replay(one, pass.bins, seed) == replay(other, windows.bins, seed));
  RC_ASSERT(one.statistic() == other.statistic());
  RC_ASSERT(one.state().sum == other.state().sum);
  TolerantUrn calm = TolerantUrn::make(tables(), {}).value(), as_calm = calm;
  RC_ASSERT(replay(calm, pass.bins, seed) == replay(as_calm, windows.bins, seed));
  RC_ASSERT(calm.state().sum == as_calm.state().sum);
}

RC_GTEST_PROP(Replay, GivesEveryObservationOnceAndTheUrnsSumsAreThoseOfTheCounts, (std::uint64_t seed)) {
  SplitMix random(seed);
  std::array<std::uint64_t, kBins> bins{}, given{};
  Slots slots = reference().slots;
  for (std::size_t j = 0; j < kBins; ++j) {
    bins[j] = random.next() % 60;
    slots[j] += static_cast<std::uint32_t>(bins[j]);
  }
  Replay order(bins, seed);
  while (const auto bin = order.next()) ++given[*bin];
  RC_ASSERT(given == bins);
  RC_ASSERT(order.left() == 0u);

  Urn urn = Urn::make(reference().slots, {.alpha = 1e-300}).value();  // goes on to the end
  (void)replay(urn, bins, seed);
  RC_ASSERT(urn.slots() == slots);
  RC_ASSERT(urn.state().urn_sum == urn_sums(slots));
}

TEST(Replay, DrawsEveryOrderAlike) {
  // Two of bin 3 and one of bin 9: the single one comes first, second, third with 1/3 each. 30 000 orders:
  // the count's deviation is 82.
  std::array<std::uint64_t, kBins> bins{};
  bins[3] = 2, bins[9] = 1;
  std::array<int, 3> place{};
  for (std::uint64_t seed = 0; seed < 30000; ++seed) {
    Replay order(bins, seed);
    for (std::size_t i = 0; i < 3; ++i)
      if (order.next() == 9u) ++place[i];
  }
  for (const int count : place) EXPECT_NEAR(count, 10000, 330);
}

TEST(Replay, AlarmsOnAChangedFleetAndSaysWhen) {
  simulation::Normal normal(8);
  Counters changed = Counters::of(reference()), same = changed;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    changed.add(reference(), static_cast<float>(normal.next() + 0.5), tie_of(5, i));
    same.add(reference(), static_cast<float>(normal.next()), tie_of(5, i));
  }
  for (const Counters& counters : {changed, same}) {
    Urn urn = Urn::make(reference().slots, {}).value();
    TolerantUrn calm = TolerantUrn::make(tables(), {}).value();
    const auto found = replay(urn, counters.bins, 1), found_calmly = replay(calm, counters.bins, 1);
    EXPECT_EQ(found.has_value(), counters == changed);
    EXPECT_EQ(found_calmly.has_value(), counters == changed);
    if (found) EXPECT_EQ(*found, urn.seen());
  }
  Urn urn = Urn::make(reference().slots, {}).value();
  EXPECT_FALSE(replay(urn, changed.bins, 1, 10));
  EXPECT_EQ(urn.seen(), 10u);
}

TEST(Replay, OfUnchangedFleetsKeepsTheLevel) {
  // α = .2, 300 fleets whose devices share one baseline law: at .2 itself 60 ± 7 would alarm; more than 82
  // has a probability of about .001.
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    simulation::Normal normal(seed + 100);
    const Distribution from = make_distribution(normal.floats(200), 0, seed).value();
    Counters counters = Counters::of(from);
    for (std::uint64_t i = 0; i < 3000; ++i)
      counters.add(from, static_cast<float>(normal.next()), tie_of(seed, i));
    Urn urn = Urn::make(from.slots, {.alpha = 0.2}).value();
    alarms += replay(urn, counters.bins, seed).has_value();
  }
  EXPECT_LE(alarms, 82);
}

}  // namespace
}  // namespace drover::drift
