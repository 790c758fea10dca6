#include "drift/triage/triage.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "drift/simulation.h"
#include "drift/triage/class_mix.h"
#include "drift/triage/sensor_watch.h"

namespace drover::drift {
namespace {

constexpr Measured kOver = {3, 1}, kJustOver = {1.01, 1}, kUnder = {.2, 1};

struct Row {
  const char* what;
  Symptoms symptoms;
  std::vector<Cause> causes;  // in this order
};

TEST(RankCauses, FollowsItsTable) {
  using enum Cause;
  for (const Row& row : std::vector<Row>{
           {"nothing known", {}, {}},
           {"nothing beyond", {.inputs = kUnder, .confidence = kUnder, .calibration = kUnder}, {}},
           {"drift that vanishes with the mix",
            {.inputs = kOver, .inputs_given_mix = kUnder, .class_mix = kOver},
            {class_mix}},
           {"a mix that explains not all",
            {.inputs = kOver, .inputs_given_mix = kJustOver, .class_mix = kOver},
            {covariate_shift}},
           {"inputs moved and no mix known", {.inputs = kOver}, {covariate_shift}},
           {"the mix moved within the inputs' limit",
            {.inputs = kUnder, .inputs_given_mix = kUnder, .class_mix = kOver},
            {}},
           {"confidence fell on the same inputs", {.inputs = kUnder, .confidence = kOver}, {runtime_fault}},
           {"confidence fell and inputs moved", {.inputs = kOver, .confidence = kOver}, {covariate_shift}},
           {"confidence fell and inputs unknown", {.confidence = kOver}, {}},
           {"wrong more often on the same inputs", {.inputs = kUnder, .calibration = kOver}, {concept_drift}},
           {"wrong more often, inputs moved too",
            {.inputs = kOver, .calibration = kOver},
            {covariate_shift, concept_drift}},
           {"quantised badly, and labels say so",
            {.inputs = kUnder, .confidence = kOver, .calibration = kJustOver},
            {runtime_fault, concept_drift}},
           {"a frozen camera moves everything",
            {.inputs = kOver, .confidence = kOver, .calibration = kOver, .frozen = Measured{500, 100}},
            {sensor_fault}},
           {"a lens cap", {.inputs = kOver, .black = kJustOver, .saturated = kUnder}, {sensor_fault}},
           {"a stuck value", {.stuck = kOver, .saturated = kOver}, {sensor_fault}}}) {
    std::vector<Cause> causes;
    for (const RankedCause& ranked : rank_causes(row.symptoms)) {
      causes.push_back(ranked.cause);
      EXPECT_FALSE(ranked.because.empty()) << row.what;
      EXPECT_GT(ranked.score, 0) << row.what;
    }
    EXPECT_EQ(causes, row.causes) << row.what;
  }
}

TEST(RankCauses, TellsTheNumbersThatMadeACause) {
  const auto causes = rank_causes(
      {.inputs = Measured{.3, .1}, .inputs_given_mix = Measured{.02, .1}, .class_mix = Measured{.4, .1}});
  ASSERT_EQ(causes.size(), 1u);
  ASSERT_EQ(causes[0].because.size(), 3u);
  EXPECT_EQ(causes[0].because[2].measure, "inputs given the class mix");
  EXPECT_EQ(causes[0].because[2].measured.value, .02);
  EXPECT_DOUBLE_EQ(causes[0].score, .3 / .4) << "the least clear condition";
}

/// Predictions of a model that is right with probability `right`, else names the next class.
std::vector<std::uint64_t> predictions(std::span<const double> mix, double right, std::uint64_t count,
                                       SplitMix& random) {
  std::vector<std::uint64_t> predicted(mix.size());
  for (std::uint64_t i = 0; i < count; ++i) {
    double u = random.uniform();
    std::size_t k = 0;
    while (k + 1 < mix.size() && u >= mix[k]) u -= mix[k++];
    ++predicted[simulation::chance(random, right) ? k : (k + 1) % mix.size()];
  }
  return predicted;
}

RC_GTEST_PROP(ClassMix, IsEstimatedFromPredictionsAlone, (std::uint64_t seed)) {
  // 4 000 predictions: μ̂'s deviation is below .008 a class, κ₁ = 1.7 for a model right in 80 % of 4 classes.
  SplitMix random(seed);
  std::vector<double> mix;
  double sum = 0;
  for (int k = 0; k < 4; ++k) sum += mix.emplace_back(.05 + random.uniform());
  for (double& share : mix) share /= sum;
  std::vector<std::uint64_t> confusion(16);
  for (std::size_t j = 0; j < 4; ++j) confusion[j * 4 + j] = 800, confusion[(j + 1) % 4 * 4 + j] = 200;
  const ClassMix found = estimate_class_mix(confusion, predictions(mix, .8, 4000, random)).value();
  for (std::size_t k = 0; k < 4; ++k) RC_ASSERT(std::abs(found.share[k] - mix[k]) < .06);
  RC_ASSERT(std::abs(found.condition - 5.0 / 3) < .5);
}

TEST(ClassMix, IsTheExactSolutionForExactShares) {
  // C = [[.9 .2] [.1 .8]], π = (.25 .75): μ = (.375, .625); ‖C‖₁ = 1, C⁻¹ = [[.8 −.2] [−.1 .9]]/.7.
  const ClassMix mix =
      estimate_class_mix(std::vector<std::uint64_t>{90, 20, 10, 80}, std::vector<std::uint64_t>{375, 625})
          .value();
  EXPECT_NEAR(mix.share[0], .25, 1e-13);
  EXPECT_NEAR(mix.share[1], .75, 1e-13);
  EXPECT_NEAR(mix.condition, 1.1 / .7, 1e-13);
  EXPECT_EQ(mix.clipped, 0);
}

TEST(ClassMix, RefusesAConfusedModelAndWhatDoesNotFit) {
  using Counts = std::vector<std::uint64_t>;
  EXPECT_NE(estimate_class_mix(Counts{50, 50, 50, 50}, Counts{1, 1}).error().message.find("confuses"),
            std::string::npos);
  EXPECT_FALSE(estimate_class_mix(Counts{501, 499, 499, 501}, Counts{1, 1}));
  EXPECT_NE(estimate_class_mix(Counts{50, 0, 50, 0}, Counts{1, 1}).error().message.find("class 1"),
            std::string::npos);
  EXPECT_FALSE(estimate_class_mix(Counts{1, 2, 3}, Counts{1, 1}));
  EXPECT_FALSE(estimate_class_mix(Counts{90, 20, 10, 80}, Counts{0, 0}));
  const ClassMix clipped = estimate_class_mix(Counts{90, 20, 10, 80}, Counts{100, 0}).value();
  EXPECT_EQ(clipped.share, (std::vector<double>{1, 0}));
  EXPECT_GT(clipped.clipped, .1);
}

TEST(DistanceFromMix, VanishesWhenOnlyTheMixMoved) {
  // Class 0 is N(−1, 1), class 1 N(1, 1); the mix goes from half and half to .2 and .8.
  simulation::Normal normal(1);
  std::vector<float> all;
  for (int i = 0; i < 20000; ++i) all.push_back(static_cast<float>(normal.next() + (i % 2 == 0 ? -1 : 1)));
  const Distribution reference = make_distribution(all, 0, 1).value();
  std::array<Counters, 2> by_class = {Counters::of(reference), Counters::of(reference)};
  for (std::size_t i = 0; i < all.size(); ++i) by_class[i % 2].add(reference, all[i], tie_of(1, i));
  Counters moved = Counters::of(reference), shifted = moved;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const double mean = i % 5 == 0 ? -1 : 1;
    moved.add(reference, static_cast<float>(normal.next() + mean), tie_of(2, i));
    shifted.add(reference, static_cast<float>(normal.next() + mean + .5), tie_of(3, i));
  }
  const std::array<double, 2> before = {.5, .5}, now = {.2, .8};
  const double critical = std::sqrt(-std::log(.001 / 2) / 2) * std::sqrt(2.0 / 20000);  // .0195 at .001
  EXPECT_GT(distance_from_mix(moved, by_class, before).value(), .15);
  EXPECT_LT(distance_from_mix(moved, by_class, now).value(), critical);
  EXPECT_GT(distance_from_mix(shifted, by_class, now).value(), .1);
  EXPECT_NEAR(total_variation(before, now), .3, 1e-15);
  EXPECT_FALSE(distance_from_mix(Counters::of(reference), by_class, now));
  EXPECT_EQ(distance_from_mix(Counters{.reference = 1, .bins = {1}}, by_class, now).error().code,
            Code::conflict);
}

TEST(SensorWatch, SeesWhatStandsStillOrHangsAtAnEnd) {
  SensorWatch alive(0, 255), frozen(0, 255), black(0, 255);
  SplitMix random(1);
  for (int i = 0; i < 1000; ++i) {
    const auto value = static_cast<float>(1 + random.uniform() * 250);
    alive.update(value);
    frozen.update(i < 500 ? value : 17);
    black.update(i % 10 == 0 ? value : 0);
  }
  EXPECT_LE(alive.longest_run(), 2u);
  EXPECT_LT(alive.stuck(), .01);
  EXPECT_EQ(alive.black() + alive.saturated(), 0);
  EXPECT_EQ(frozen.longest_run(), 500u);
  EXPECT_EQ(black.longest_run(), 9u);
  EXPECT_NEAR(black.black(), .9, 1e-12);
  EXPECT_GE(black.stuck(), .8 - 1e-12);
  EXPECT_EQ(SensorWatch(0, 1).stuck(), 0);
}

RC_GTEST_PROP(SensorWatch, BoundsTheCommonestShareFromBelow, (std::uint64_t seed)) {
  SplitMix random(seed);
  SensorWatch watch(-1, 9);
  const double share = random.uniform();
  int common = 0;
  for (int i = 0; i < 500; ++i) {
    const bool is_common = simulation::chance(random, share);
    common += is_common;
    watch.update(is_common ? 5 : static_cast<float>(random.uniform()));
  }
  RC_ASSERT(watch.stuck() >= 2 * common / 500.0 - 1 - 1e-12);
  RC_ASSERT(watch.stuck() <= std::max(common, 3) / 500.0 + 1e-12);
}

}  // namespace
}  // namespace drover::drift
