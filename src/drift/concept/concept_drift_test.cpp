#include "drift/concept/concept_drift.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "drift/concept/label_join.h"
#include "drift/simulation.h"

namespace drover::drift {
namespace {

/// Labels of a model whose confidence is uniform on [.6, 1] and whose accuracy lies `drop` below it.
std::uint64_t alarm_after(ConceptDrift drift, double drop, std::uint64_t seed, std::uint64_t labels_max) {
  SplitMix random(seed);
  while (drift.labels() < labels_max) {
    const double confidence = .6 + .4 * random.uniform();
    if (drift.update(confidence, simulation::chance(random, confidence - drop))) return drift.labels();
  }
  return 0;
}

TEST(ConceptDrift, IsSilentOnACalibratedModelAndOnOneWithinTheTolerance) {
  for (const double drop : {0.0, 0.02})
    for (std::uint64_t seed = 0; seed < 30; ++seed)
      EXPECT_EQ(alarm_after(ConceptDrift::make().value(), drop, seed, 20000), 0u) << drop << " " << seed;
}

TEST(ConceptDrift, AlarmsInNoMoreNullStreamsThanAlphaAllows) {
  // α = .2 at the very border of the tolerance, 400 streams: 80 ± 8 at most; more than 104 has p about .001.
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    alarms += alarm_after(ConceptDrift::make(0.2).value(), 0.02, seed, 5000) > 0;
  EXPECT_LE(alarms, 104);
  EXPECT_GT(alarms, 0) << "a detector that cannot be wrong is not tested";
}

TEST(ConceptDrift, NeedsTheKnownNumbersOfLabels) {
  struct Row {
    double drop;
    std::uint64_t high;  // 1.5 times the median known for other confidences
  };
  std::uint64_t before = 0;
  for (const Row& row : {Row{.20, 291}, Row{.10, 1085}, Row{.05, 6114}}) {
    std::vector<std::uint64_t> labels;
    for (std::uint64_t seed = 0; seed < 61; ++seed)
      labels.push_back(alarm_after(ConceptDrift::make().value(), row.drop, seed, 100000));
    std::ranges::nth_element(labels, labels.begin() + 30);
    EXPECT_GT(labels[30], before) << row.drop;
    EXPECT_LE(labels[30], row.high) << row.drop;
    before = labels[30];
  }
}

TEST(ConceptDrift, GoesOnFromACheckpointWithTheSameBitsAndRefusesADamagedOne) {
  SplitMix random(1);
  ConceptDrift first = ConceptDrift::make().value(), second = first;
  for (int i = 0; i < 1001; ++i) first.update(random.uniform(), simulation::chance(random, .5));
  ASSERT_TRUE(second.restore(first.checkpoint()));
  for (int i = 0; i < 1001; ++i) {
    const double confidence = random.uniform();
    EXPECT_EQ(first.update(confidence, i % 2 == 0), second.update(confidence, i % 2 == 0));
  }
  const Bytes good = first.checkpoint();
  EXPECT_EQ(good, second.checkpoint());
  Bytes nan = good;
  std::fill_n(nan.end() - 8, 8, std::uint8_t{0xff});
  EXPECT_EQ(second.restore(nan).error().code, Code::bad_state);
  EXPECT_EQ(ConceptDrift::make(.02).value().restore(good).error().code, Code::bad_state);
  EXPECT_EQ(second.checkpoint(), good);
}

TEST(ConceptDrift, IsRestoredAfterALongAlarmThatNobodyAnswered) {
  ConceptDrift drift = ConceptDrift::make().value();
  for (int i = 0; i < 20'000; ++i) drift.update(1, false);
  EXPECT_TRUE(std::isfinite(drift.statistic()));
  EXPECT_TRUE(ConceptDrift::make().value().restore(drift.checkpoint()));
}

TEST(ConceptDrift, ARestartBeginsTheEvidenceAgainAndDividesAlpha) {
  ConceptDrift drift = ConceptDrift::make(0.01, true).value();
  EXPECT_NEAR(drift.threshold(), 164.49, 0.01);
  while (!drift.update(1, false)) continue;
  const std::uint64_t labels = drift.labels();
  drift.restart();
  EXPECT_EQ(drift.life(), 2u);
  EXPECT_NEAR(drift.threshold(), 4 * 164.49, 0.05);
  EXPECT_LT(drift.statistic(), 1);
  EXPECT_FALSE(drift.update(1, false));
  EXPECT_EQ(drift.labels(), labels + 1);
  ConceptDrift other = ConceptDrift::make(0.01, true).value();
  ASSERT_TRUE(other.restore(drift.checkpoint()));
  EXPECT_EQ(other.threshold(), drift.threshold());
  EXPECT_FALSE(ConceptDrift::make(0.01).value().restore(drift.checkpoint()));
}

TEST(ConceptDrift, LeavesOutWhatIsNoConfidence) {
  ConceptDrift drift = ConceptDrift::make().value();
  for (const double bad : {-0.1, 1.1, std::nan("")}) EXPECT_FALSE(drift.update(bad, true));
  EXPECT_EQ(drift.labels(), 0u);
  drift.update(.9, true), drift.update(.7, false);
  EXPECT_NEAR(drift.gap(), .3, 1e-15);
}

RC_GTEST_PROP(LabelJoin, AgreesWithAMapThatForgetsTheOldest, (std::uint64_t seed)) {
  SplitMix random(seed);
  const std::size_t capacity = 1 + random.next() % 40;
  LabelJoin join(capacity);
  std::map<std::uint64_t, std::pair<Prediction, bool>> remembered;
  std::vector<std::uint64_t> arrived;
  for (int step = 0; step < 2000; ++step) {
    const std::uint64_t id = random.next() % 120;
    if (random.next() % 2 == 0) {
      const Prediction prediction{.id = id,
                                  .model = static_cast<std::uint64_t>(step),
                                  .confidence = .5F,
                                  .predicted = static_cast<std::uint32_t>(random.next() % 3)};
      const bool fresh = !remembered.contains(id);
      RC_ASSERT(join.add(prediction) == fresh);
      if (!fresh) continue;
      if (remembered.size() == capacity) {
        remembered.erase(arrived.front());
        arrived.erase(arrived.begin());
      }
      arrived.push_back(id);
      remembered[id] = {prediction, false};
    } else {
      const LabelJoin::Joined joined = join.label(id, 1);
      const auto known = remembered.find(id);
      if (known == remembered.end()) {
        RC_ASSERT(joined.outcome == LabelJoin::Outcome::unknown);
      } else if (known->second.second) {
        RC_ASSERT(joined.outcome == LabelJoin::Outcome::repeated);
      } else {
        known->second.second = true;
        RC_ASSERT(joined.outcome == LabelJoin::Outcome::joined);
        RC_ASSERT(joined.prediction.model == known->second.first.model);
        RC_ASSERT(joined.correct == (known->second.first.predicted == 1));
      }
    }
    RC_ASSERT(join.size() == remembered.size());
  }
}

TEST(LabelJoin, JoinsLabelsOutOfOrderUpTo65536InferencesLate) {
  LabelJoin join;
  for (std::uint64_t id = 0; id < 70000; ++id)
    join.add({.id = id << 32, .confidence = .5F, .predicted = static_cast<std::uint32_t>(id % 5)});
  std::size_t joined = 0, correct = 0;
  for (std::uint64_t id = 70000; id-- > 0;) {
    const auto found = join.label(id << 32, 0);
    joined += found.outcome == LabelJoin::Outcome::joined;
    correct += found.correct;
  }
  EXPECT_EQ(joined, 65536u);
  EXPECT_NEAR(static_cast<double>(correct), 65536 / 5.0, 1);
}

RC_GTEST_PROP(LabelJoin, GoesOnFromItsCheckpointToTheSameBytes, (std::uint64_t seed)) {
  SplitMix random(seed);
  const std::size_t capacity = 1 + random.next() % 30;
  LabelJoin first(capacity), second(capacity);
  const auto live = [](LabelJoin& join, SplitMix& from, std::uint64_t steps) {
    std::vector<LabelJoin::Outcome> outcomes;
    for (; steps > 0; --steps) {
      const std::uint64_t id = from.next() % 60;
      if (from.next() % 2 == 0)
        join.add({.id = id, .model = from.next(), .confidence = .5F, .predicted = 1});
      else
        outcomes.push_back(join.label(id, 1).outcome);
    }
    return outcomes;
  };
  (void)live(first, random, random.next() % 200);
  (void)live(second, random, 50);  // a past of its own
  const Bytes saved = first.checkpoint();
  RC_ASSERT(second.restore(saved).has_value());
  RC_ASSERT(second.checkpoint() == saved);
  SplitMix same = random;
  RC_ASSERT(live(first, random, 200) == live(second, same, 200));
  RC_ASSERT(first.checkpoint() == second.checkpoint());
}

TEST(LabelJoin, RefusesWhatItCannotHaveRemembered) {
  LabelJoin join(4);
  for (std::uint64_t id = 0; id < 6; ++id) join.add({.id = id, .predicted = 1});
  const Bytes good = join.checkpoint();
  ASSERT_EQ(good.size(), 24 + 4 * 25u);
  Bytes twice = good, half = good, more = good, longer = good, newer = good;
  twice[24 + 25] = twice[24];
  half[24 + 24] = 2;
  more[16] = 5;
  longer.push_back(0);
  newer[4] = 2;
  for (const Bytes& bad : {twice, half, more, Bytes(good.begin(), good.end() - 1), LabelJoin(3).checkpoint(),
                           ConceptDrift::make().value().checkpoint()}) {
    const auto taken = join.restore(bad);
    ASSERT_FALSE(taken);
    EXPECT_TRUE(taken.error().code == Code::bad_state || taken.error().code == Code::too_large);
  }
  EXPECT_EQ(join.restore(longer).error().code, Code::too_large);
  EXPECT_EQ(join.restore(newer).error().code, Code::unsupported);
  EXPECT_EQ(join.checkpoint(), good) << "a refused state changes nothing";
}

}  // namespace
}  // namespace drover::drift
