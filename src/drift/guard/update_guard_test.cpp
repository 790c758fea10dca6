#include "drift/guard/update_guard.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "drift/guard/before_after.h"
#include "drift/guard/mean_bounds.h"
#include "drift/guard/rules.h"
#include "drift/simulation.h"

namespace drover::drift {
namespace {

struct Ended {
  GuardVerdict verdict;
  std::uint64_t pairs;
};

/// Independent errors of two rates until a verdict or `pairs_max`.
Ended run(UpdateGuard guard, double old_rate, double new_rate, std::uint64_t seed, std::uint64_t pairs_max) {
  SplitMix random(seed);
  while (guard.verdict() == GuardVerdict::hold && guard.pairs() < pairs_max)
    guard.update(simulation::chance(random, old_rate), simulation::chance(random, new_rate));
  return {guard.verdict(), guard.pairs()};
}

struct Delay {
  double times, margin;
  GuardVerdict verdict;
  int seeds;
  std::uint64_t low, high;  // ±20 %: a median of so many seeds varies by a tenth
};

TEST(UpdateGuard, DecidesAfterTheKnownNumbersOfPairs) {
  for (const Delay& row : {Delay{3, .1, GuardVerdict::roll_back, 201, 195, 291},
                           Delay{2, .1, GuardVerdict::roll_back, 201, 627, 939},
                           Delay{1.5, .1, GuardVerdict::roll_back, 61, 2660, 4340},
                           Delay{1, .5, GuardVerdict::promote, 61, 2240, 3360}}) {
    std::vector<std::uint64_t> pairs;
    int other = 0;
    for (int seed = 0; seed < row.seeds; ++seed) {
      const Ended end = run(UpdateGuard::make({.margin = row.margin}).value(), .05, .05 * row.times,
                            static_cast<std::uint64_t>(seed), 100000);
      other += end.verdict != row.verdict;
      pairs.push_back(end.pairs);
    }
    std::ranges::nth_element(pairs, pairs.begin() + row.seeds / 2);
    EXPECT_GE(pairs[static_cast<std::size_t>(row.seeds / 2)], row.low) << row.times;
    EXPECT_LE(pairs[static_cast<std::size_t>(row.seeds / 2)], row.high) << row.times;
    EXPECT_LE(other, row.seeds / 20) << row.times;
  }
}

TEST(UpdateGuard, IsWrongInNoMoreRunsThanAlphaAllows) {
  // α = .1 at the very border p_new = 1.1·p_old, 300 runs of 5 000 pairs: 30 ± 5.2 of each kind at most. More
  // than 47 has a probability below .001; some must be wrong, or the test could not fail.
  int rolled_back = 0, promoted = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Ended end = run(UpdateGuard::make({.alpha = 0.1}).value(), .2, .22, seed, 5000);
    rolled_back += end.verdict == GuardVerdict::roll_back;
    promoted += end.verdict == GuardVerdict::promote;
  }
  EXPECT_LE(rolled_back, 47);
  EXPECT_LE(promoted, 47);
  EXPECT_GT(rolled_back + promoted, 3);
}

RC_GTEST_PROP(UpdateGuard, GoesOnFromACheckpointWithTheSameBits, (std::uint64_t seed)) {
  SplitMix random(seed);
  UpdateGuard guard = UpdateGuard::make({}).value();
  for (std::uint64_t i = random.next() % 400; i > 0; --i)
    guard.update(simulation::chance(random, .1), simulation::chance(random, .12));
  UpdateGuard other = UpdateGuard::make({}).value();
  RC_ASSERT(other.restore(guard.checkpoint()).has_value());
  guard.update(true, false), other.update(true, false);
  RC_ASSERT(guard.checkpoint() == other.checkpoint());
  UpdateGuard strange = UpdateGuard::make({.margin = .2}).value();
  RC_ASSERT(strange.restore(guard.checkpoint()).error().code == Code::bad_state);
  Bytes bad = guard.checkpoint();
  std::fill_n(bad.begin() + 24, 8, std::uint8_t{0xff});
  RC_ASSERT(other.restore(bad).error().code == Code::bad_state);
  RC_ASSERT(guard.checkpoint() == other.checkpoint());
}

TEST(UpdateGuard, KeepsItsFirstVerdictAndRefusesNonsense) {
  UpdateGuard guard = UpdateGuard::make({}).value();
  for (int i = 0; i < 100; ++i) guard.update(false, true);
  EXPECT_EQ(guard.verdict(), GuardVerdict::roll_back);
  const auto pairs = guard.pairs();
  for (int i = 0; i < 10000; ++i) guard.update(true, false);
  EXPECT_EQ(guard.verdict(), GuardVerdict::roll_back);
  EXPECT_EQ(guard.pairs(), pairs);
  EXPECT_EQ(UpdateGuard::make({}).value().verdict(), GuardVerdict::hold) << "undecided is hold";
  EXPECT_FALSE(UpdateGuard::make({.alpha = 0}));
  EXPECT_FALSE(UpdateGuard::make({.margin = -.1}));
  EXPECT_FALSE(BeforeAfterGuard::make({.margin = std::nan("")}));
}

TEST(RateSequence, CoversTheRateAtAllTimesAtOnce) {
  // 400 streams of 3 000 at α = .1: ever outside in 40 ± 6 at most; more than 60 has a probability of .001.
  int ever_outside = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SplitMix random(seed);
    RateSequence sequence;
    bool outside = false;
    for (int i = 0; i < 3000 && !outside; ++i) {
      sequence.update(simulation::chance(random, .05));
      outside = sequence.refutes(.05, .1);
    }
    ever_outside += outside;
  }
  EXPECT_LE(ever_outside, 60);
  EXPECT_GT(ever_outside, 2);
}

RC_GTEST_PROP(RateSequence, HasBoundsThatAreWhereItsEvidenceTurns, (std::uint64_t seed)) {
  SplitMix random(seed);
  RateSequence sequence;
  const double rate = random.uniform();
  for (std::uint64_t i = random.next() % 500; i > 0; --i) sequence.update(simulation::chance(random, rate));
  const RateBounds bounds = sequence.bounds(.05);
  RC_ASSERT(bounds.lower <= sequence.rate() && sequence.rate() <= bounds.upper);
  if (bounds.lower > 0) {
    RC_ASSERT(sequence.refutes(bounds.lower * .999, .05));
    RC_ASSERT(!sequence.refutes(bounds.lower + .001 * (sequence.rate() - bounds.lower), .05));
  }
  if (bounds.upper < 1) {
    RC_ASSERT(sequence.refutes(bounds.upper + .001 * (1 - bounds.upper), .05));
    RC_ASSERT(!sequence.refutes(bounds.upper - .001 * (bounds.upper - sequence.rate()), .05));
  }
}

TEST(RateSequence, DependsOnTheCountsAlone) {
  for (const auto& [errors, count] :
       {std::pair{0U, 0U}, {0U, 1U}, {1U, 1U}, {7U, 300U}, {40U, 40U}, {9'000U, 20'000U}}) {
    RateSequence one_by_one;
    for (std::uint64_t i = 0; i < count; ++i) one_by_one.update(i < errors);
    const RateSequence at_once = RateSequence::of(errors, count);
    EXPECT_EQ(at_once.rate(), one_by_one.rate());
    EXPECT_NEAR(at_once.bounds(0.01).lower, one_by_one.bounds(0.01).lower, 1e-9) << errors << " of " << count;
    EXPECT_NEAR(at_once.bounds(0.01).upper, one_by_one.bounds(0.01).upper, 1e-9) << errors << " of " << count;
  }
}

TEST(MeanBounds, CoverTheMeanAtAllTimesAtOnce) {
  constexpr int kRuns = 200, kLength = 3'000;
  constexpr double kAlpha = 0.05;
  int outside = 0;
  for (int run = 0; run < kRuns; ++run) {
    SplitMix random(static_cast<std::uint64_t>(run));
    double sum = 0;
    bool left = false;
    for (std::uint64_t n = 1; n <= kLength; ++n) {
      sum += simulation::chance(random, 0.5);  // the widest law on [0, 1]
      const RateBounds bounds = mean_bounds(sum, n, kAlpha);
      left = left || bounds.lower > 0.5 || bounds.upper < 0.5;
    }
    outside += left;
  }
  EXPECT_LE(outside, kRuns * kAlpha);
}

TEST(MeanBounds, CloseInOnTheMean) {
  struct Row {
    std::uint64_t count;
    double half;
  };
  // By hand from the formula.
  for (const Row& row : {Row{100, 0.22253}, Row{1'000, 0.05650}, Row{10'000, 0.01868}}) {
    const RateBounds bounds = mean_bounds(0.5 * static_cast<double>(row.count), row.count, 0.01);
    EXPECT_NEAR(bounds.upper - 0.5, row.half, 1e-5) << row.count;
    EXPECT_NEAR(0.5 - bounds.lower, row.half, 1e-5) << row.count;
  }
  EXPECT_EQ(mean_bounds(0, 0, 0.01).lower, 0);
  EXPECT_EQ(mean_bounds(0, 0, 0.01).upper, 1);
  EXPECT_EQ(mean_bounds(10, 10, 0.01).upper, 1);
}

TEST(BeforeAfterGuard, DecidesWithoutAControlAndIsSeldomWrong) {
  // Unchanged at μ = 0, α = .1: 20 ± 4.3 false roll-backs of 200 at most. Then three times worse, and half as
  // bad.
  const auto judge = [](double now, double margin, double alpha, std::uint64_t seed) {
    SplitMix random(seed);
    BeforeAfterGuard guard = BeforeAfterGuard::make({.alpha = alpha, .margin = margin}).value();
    for (int i = 0; i < 2000; ++i) guard.before(simulation::chance(random, .1));
    for (int i = 0; i < 4000 && guard.verdict() == GuardVerdict::hold; ++i)
      guard.after(simulation::chance(random, now));
    return guard.verdict();
  };
  int wrong = 0, rolled_back = 0, promoted = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) wrong += judge(.1, 0, .1, seed) != GuardVerdict::hold;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    rolled_back += judge(.3, .1, .01, seed) == GuardVerdict::roll_back;
    promoted += judge(.03, .1, .01, seed) == GuardVerdict::promote;
  }
  EXPECT_LE(wrong, 35);
  EXPECT_EQ(rolled_back, 40);
  EXPECT_EQ(promoted, 40);
}

TEST(LatencyGuard, KeepsItsLevelAndSeesSlowness) {
  int wrong = 0, seen = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SplitMix random(seed);
    LatencyGuard same(100, .1), slower(100, .1);
    bool false_alarm = false, alarm = false;
    for (int i = 0; i < 3000; ++i) {
      false_alarm = same.update(simulation::chance(random, .05) ? 120 : 90);  // the border: 5 % beyond 110
      if (i < 300) alarm = slower.update(simulation::chance(random, .2) ? 120 : 90);
    }
    wrong += false_alarm;
    seen += alarm;
  }
  EXPECT_LE(wrong, 35);
  EXPECT_EQ(seen, 200);
}

TEST(ConfidenceGuard, KeepsItsLevelAndSeesLowConfidence) {
  int wrong = 0, seen = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SplitMix random(seed);
    ConfidenceGuard same(.1), lower(.1);
    bool false_alarm = false, alarm = false;
    for (int i = 0; i < 3000; ++i) {
      const double confidence = .5 + .5 * random.uniform();  // mean .75: the border
      false_alarm = same.update(confidence);
      alarm = lower.update(confidence - .05);
    }
    wrong += false_alarm;
    seen += alarm;
  }
  EXPECT_LE(wrong, 35);
  EXPECT_EQ(seen, 200);
  ConfidenceGuard broken(.01);
  bool alarm = false;
  for (int i = 0; i < 50; ++i) alarm = broken.update(std::nan(""));
  EXPECT_TRUE(alarm) << "NaN is no confidence";
}

template <typename Rule>
struct Saved {
  Rule same, other;                            // of the same settings; of others
  void (*feed)(Rule& rule, SplitMix& random);  // one observation
};

/// A rule goes on from its bytes with the same bits; what is cut, longer, of another kind, of other settings
/// or broken in a number (the eight bytes at `number`) is refused and changes nothing.
template <typename Rule>
void saves_and_refuses(const Saved<Rule>& row, std::size_t number) {
  for (const std::uint64_t seen : {0u, 1u, 700u}) {
    SplitMix random(seen), going_on(1);
    Rule first = row.same, second = row.same, other = row.other;
    for (std::uint64_t i = 0; i < seen; ++i) row.feed(first, random);
    const Bytes good = first.checkpoint();
    ASSERT_TRUE(second.restore(good)) << Rule::kLetters;
    EXPECT_EQ(second.checkpoint(), good);
    EXPECT_EQ(other.restore(good).error().code, Code::bad_state) << "made with other settings";
    SplitMix again = going_on;
    for (int i = 0; i < 700; ++i) row.feed(first, going_on), row.feed(second, again);
    const Bytes later = first.checkpoint();
    EXPECT_EQ(second.checkpoint(), later);
    Bytes longer = good, newer = good, kind = good, broken = good;
    longer.push_back(0);
    newer[4] = 9;
    kind[0] = 'X';
    std::fill_n(broken.begin() + static_cast<std::ptrdiff_t>(number), 8, std::uint8_t{0xff});
    EXPECT_EQ(second.restore(newer).error().code, Code::unsupported);
    for (const Bytes& bad : {longer, kind, broken, Bytes(good.begin(), good.end() - 1), Bytes()})
      EXPECT_EQ(second.restore(bad).error().code, Code::bad_state) << Rule::kLetters;
    EXPECT_EQ(second.checkpoint(), later) << "a refused state changes nothing";
  }
}

TEST(Rules, GoOnFromTheirCheckpointsAndRefuseWhatDoesNotAddUp) {
  saves_and_refuses<LatencyGuard>({LatencyGuard(100, .01), LatencyGuard(101, .01),
                                   [](auto& rule, SplitMix& random) { rule.update(150 * random.uniform()); }},
                                  24);
  saves_and_refuses<ConfidenceGuard>({ConfidenceGuard(.01), ConfidenceGuard(.01, .7),
                                      [](auto& rule, SplitMix& random) { rule.update(random.uniform()); }},
                                     24);
  saves_and_refuses<NaiveRule>(
      {NaiveRule(.05, .1), NaiveRule(.05, .1, 50),
       [](auto& rule, SplitMix& random) { rule.update(simulation::chance(random, .05)); }},
      24);
  saves_and_refuses<BeforeAfterGuard>(
      {BeforeAfterGuard::make({}).value(), BeforeAfterGuard::make({.alpha = .02}).value(),
       [](auto& rule, SplitMix& random) {
         rule.before(simulation::chance(random, .1));
         rule.after(simulation::chance(random, .12));
       }},
      24);
}

TEST(Rules, RefuseAnAlarmThatWasForgottenAndEvidenceThatIsNotTheCounts) {
  LatencyGuard latency(100, .01);
  while (!latency.update(200)) continue;
  Bytes forgotten = latency.checkpoint();
  forgotten.back() = 0;
  EXPECT_EQ(LatencyGuard(100, .01).restore(forgotten).error().code, Code::bad_state);

  BeforeAfterGuard guard = BeforeAfterGuard::make({}).value();
  for (int i = 0; i < 500; ++i) guard.before(i % 9 == 0), guard.after(i % 7 == 0);
  Bytes lucky = guard.checkpoint();
  ++lucky[24 + 8];  // one more error of the old version, with the likelihood of before
  EXPECT_EQ(guard.restore(lucky).error().code, Code::bad_state);
}

TEST(Rules, AreRestoredAfterALongAlarmThatNobodyAnswered) {
  LatencyGuard latency(100, .01), other(100, .01);
  for (int i = 0; i < 20'000; ++i) latency.update(200);
  ASSERT_TRUE(other.restore(latency.checkpoint()));
  EXPECT_TRUE(other.update(0)) << "an alarm stays one";
}

TEST(LowConfidenceRule, KeepsItsRowOverARestart) {
  LowConfidenceRule rule, after;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(rule.window(.7, 10));
  ASSERT_TRUE(after.restore(rule.checkpoint()));
  EXPECT_TRUE(after.window(.7, 10));
  EXPECT_FALSE(LowConfidenceRule(.8).restore(rule.checkpoint()));
  EXPECT_FALSE(after.restore(NaiveRule(.05, .1).checkpoint()));
}

TEST(LowConfidenceRule, NeedsARowOfFullWindows) {
  LowConfidenceRule rule;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(rule.window(.7, 10));
  EXPECT_FALSE(rule.window(.76, 10)) << "breaks the row";
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(rule.window(.7, 10));
  EXPECT_FALSE(rule.window(0, 0)) << "an empty window makes no row";
  EXPECT_TRUE(rule.window(.749, 10));
}

TEST(NaiveRule, TakesBackMostUnchangedModels) {
  // That is why it is labelled: 69 % of unchanged models at p = 5 % in 2 000 runs.
  int wrong = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SplitMix random(seed);
    NaiveRule rule(.05, .1);
    bool rolled_back = false;
    for (int i = 0; i < 10000 && !rolled_back; ++i)
      rolled_back = rule.update(simulation::chance(random, .05));
    wrong += rolled_back;
  }
  EXPECT_NEAR(wrong, 288, 40);
}

}  // namespace
}  // namespace drover::drift
