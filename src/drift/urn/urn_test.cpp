#include "drift/urn/urn.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

#include "drift/baseline.h"
#include "drift/detector.h"
#include "drift/random.h"
#include "drift/simulation.h"
#include "drift/urn/tolerant_tables.h"

namespace drover::drift {
namespace {

using simulation::Normal;

Distribution baseline(std::size_t m, std::uint64_t seed) {
  Normal normal(seed);
  std::vector<float> values(m);
  for (float& value : values) value = static_cast<float>(normal.next());
  return make_distribution(values, 0, seed).value();
}

TEST(Urn, EveryFactorIsAMartingaleWhateverTheSlots) {
  const Distribution reference = baseline(200, 1);
  const double n = std::accumulate(reference.slots.begin(), reference.slots.end(), 0.0);
  const auto sums = urn_sums(reference.slots);
  for (std::size_t k = 0; k < kTilts; ++k) {
    double expectation = 0;
    for (std::size_t j = 0; j < kBins; ++j)
      expectation += reference.slots[j] / n * double{tilts().h[j][k]} * n / sums[k];
    EXPECT_NEAR(expectation, 1, 1e-12) << k;
  }
}

TEST(Urn, KeepsItsSumsEqualToTheSlotsToTheBit) {
  const Distribution reference = baseline(1000, 2);
  Urn urn = Urn::make(reference.slots, {}).value();
  Normal normal(3);
  SplitMix ties(4);
  for (int t = 0; t < 20000; ++t) urn.update(reference.bin(static_cast<float>(normal.next()), ties));
  EXPECT_EQ(urn.state().urn_sum, urn_sums(urn.slots()));
  EXPECT_EQ(std::accumulate(urn.slots().begin(), urn.slots().end(), std::uint64_t{0}), 1001 + urn.seen());
}

TEST(Urn, AlarmsInNoMoreNullStreamsThanAlphaAllows) {
  // α = 0.2 over 10⁴ observations of 400 streams; R leaves at most 0.2·(1 − R(10⁴)) of them. At 0.2 itself
  // the 400 would give 80 ± 8; more than 104 has a probability of about 0.0014.
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Distribution reference = baseline(200, 2 * seed + 1);
    Urn urn = Urn::make(reference.slots, {.alpha = 0.2}).value();
    Normal normal(2 * seed + 2);
    SplitMix ties(seed);
    bool alarm = false;
    for (int t = 0; t < 10000 && !alarm; ++t)
      alarm = urn.update(reference.bin(static_cast<float>(normal.next()), ties));
    alarms += alarm;
  }
  EXPECT_LE(alarms, 104);
}

/// The same over all lives: after each alarm the detector begins again with its share of α.
TEST(Urn, AlarmsInNoMoreNullStreamsThanAlphaAllowsWhateverTheRestarts) {
  int alarmed = 0, alarms = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Distribution reference = baseline(200, 2 * seed + 1);
    Urn urn = Urn::make(reference.slots, {.alpha = 0.4, .split = true}).value();
    Normal normal(2 * seed + 2);
    SplitMix ties(seed);
    for (int t = 0; t < 10000; ++t)
      if (urn.update(reference.bin(static_cast<float>(normal.next()), ties))) urn.restart(), ++alarms;
    alarmed += urn.life() > 1;
  }
  EXPECT_LE(alarmed, 190);  // 400·α = 160 ± 10 at most
  EXPECT_GT(alarms, 0) << "a detector that cannot be wrong is not tested";
}

TEST(Urn, LivesGoOnAfterANewBaseline) {
  const Distribution reference = baseline(200, 5);
  const Urn urn = Urn::make(reference.slots, {.alpha = 0.01, .split = true, .first_life = 3}).value();
  EXPECT_EQ(urn.life(), 3u);
  EXPECT_NEAR(urn.threshold(), 9 * 164.4934, 0.01);
  EXPECT_FALSE(Urn::make(reference.slots, {.first_life = 0}));
}

/// E[factor | past] ≤ 1 for the adaptive parts: their bets on the 16 coarse bins sum to no more.
RC_GTEST_PROP(UrnProperty, TheAdaptiveBetsSumToAtMostOne, (std::uint64_t seed)) {
  SplitMix random(seed);
  const Distribution reference = baseline(200 + random.next() % 2000, seed);
  Urn urn = Urn::make(reference.slots, {}).value();
  const std::uint64_t law = 1 + random.next() % kBins;
  for (int t = 0; t < 500; ++t) {
    std::size_t bin = random.next() % law;
    while (reference.slots[bin] == 0) bin = (bin + 1) % kBins;
    urn.update(bin);
    for (const auto& bet : urn.state().bet) {
      double sum = 0;
      for (const float part : bet) sum += double{part};
      RC_ASSERT(sum <= 1 && sum > 0.999);
    }
  }
}

struct Change {
  const char* name;
  double shift, factor;
  Family family;
  int sign;
};

TEST(Urn, NamesWhatChangedAndWhen) {
  for (const Change& change :
       {Change{"up", 1, 1, Family::location, 1}, Change{"down", -1, 1, Family::location, -1},
        Change{"wider", 0, 2, Family::scale, 1}, Change{"narrower", 0, .4, Family::scale, -1}}) {
    const Distribution reference = baseline(5000, 11);
    Urn urn = Urn::make(reference.slots, {}).value();
    Normal normal(12);
    SplitMix ties(13);
    std::uint64_t alarm = 0;
    for (std::uint64_t t = 0; t < 6000 && alarm == 0; ++t) {
      const double value = normal.next();
      if (urn.update(reference.bin(
              static_cast<float>(t < 5000 ? value : value * change.factor + change.shift), ties)))
        alarm = t + 1;
    }
    EXPECT_GT(alarm, 5000u) << change.name;
    EXPECT_EQ(urn.leaning().tilt.family, change.family) << change.name;
    EXPECT_EQ(urn.leaning().tilt.sign, change.sign) << change.name;
    EXPECT_NEAR(static_cast<double>(urn.leaning().onset), 5000, 64) << change.name;
  }
}

TEST(Urn, DividesAlphaOverItsLives) {
  const Distribution reference = baseline(200, 5);
  Urn urn = Urn::make(reference.slots, {.alpha = 0.01, .split = true}).value();
  EXPECT_NEAR(urn.threshold(), 164.49, 0.01);
  urn.update(40);
  urn.restart();
  EXPECT_EQ(urn.life(), 2u);
  EXPECT_NEAR(urn.threshold(), 4 * 164.4934, 0.01);
  EXPECT_EQ(urn.seen(), 1u);
  EXPECT_EQ(urn.statistic(), kMassAtStart);
}

TEST(Urn, RefusesSlotsAndAlphaThatMakeNoSense) {
  EXPECT_FALSE(Urn::make(Slots{}, {}));
  const Distribution reference = baseline(200, 6);
  EXPECT_FALSE(Urn::make(reference.slots, {.alpha = 0}));
  EXPECT_FALSE(Urn::make(reference.slots, {.alpha = std::nan("")}));
}

class UrnModes : public ::testing::TestWithParam<double> {};

TEST_P(UrnModes, GoOnFromACheckpointWithTheSameBits) {
  const Distribution reference = baseline(2000, 7);
  const Reference known{.distribution = &reference};
  const DetectorKind::Values settings{{"tolerance", GetParam()}};
  auto first = make_detector("urn", settings, known).value();
  Normal normal(8);
  for (int t = 0; t < 1001; ++t) first->update(normal.next());
  auto second = make_detector("urn", settings, known).value();
  ASSERT_TRUE(second->restore(first->checkpoint()));
  for (int t = 0; t < 5000; ++t) {
    const double value = normal.next() + 0.8;
    const auto a = first->update(value), b = second->update(value);
    ASSERT_EQ(a.has_value(), b.has_value());
    if (!a) continue;
    EXPECT_EQ(a->statistic, b->statistic);
    EXPECT_EQ(a->family, "location");
    break;
  }
  EXPECT_EQ(first->checkpoint(), second->checkpoint());
}

TEST_P(UrnModes, RefuseACheckpointThatIsDamaged) {
  const Distribution reference = baseline(2000, 7);
  const Reference known{.distribution = &reference};
  auto detector = make_detector("urn", {{"tolerance", GetParam()}}, known).value();
  const Bytes good = detector->checkpoint();
  EXPECT_FALSE(detector->restore(ByteView(good).first(good.size() - 1)));
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(detector->restore(longer));
  Bytes other = good;
  other[0] = 'X';
  EXPECT_FALSE(detector->restore(other));
  Bytes nan = good;
  std::fill_n(nan.begin() + 8 + 7 * 8 + 8, 8, std::uint8_t{0xff});  // the first law's sum
  EXPECT_FALSE(detector->restore(nan));
  EXPECT_EQ(detector->checkpoint(), good) << "a refused checkpoint changes nothing";
}

TEST(Urn, RefusesAStateWhoseBetsAreNoAmounts) {
  const Distribution reference = baseline(200, 6);
  Urn urn = Urn::make(reference.slots, {}).value();
  for (int t = 0; t < 40; ++t) urn.update(30);
  ASSERT_TRUE(urn.restore(urn.state()));
  Urn::State nan = urn.state(), negative = urn.state(), uncounted = urn.state();
  nan.bet[1][3] = std::nanf("");
  negative.adaptive_sum[0] = -1;
  ++uncounted.block_counts[0];
  for (const Urn::State& bad : {nan, negative, uncounted})
    EXPECT_EQ(urn.restore(bad).error().code, Code::bad_state);
}

INSTANTIATE_TEST_SUITE_P(Exact, UrnModes, ::testing::Values(0.0));
INSTANTIATE_TEST_SUITE_P(Tolerant, UrnModes, ::testing::Values(0.02));

TEST(TolerantUrn, IsSilentWithinTheToleranceAndAlarmsBeyondIt) {
  const Distribution reference = baseline(9999, 9);
  for (const double shift : {0.04, 1.0}) {  // KS distances .016 and .38
    auto detector = make_detector("urn", {{"tolerance", .02}}, {.distribution = &reference}).value();
    Normal normal(10);
    std::uint64_t alarm = 0;
    for (std::uint64_t t = 0; t < 200000 && alarm == 0; ++t)
      if (const auto told = detector->update(normal.next() + shift)) alarm = told->index;
    if (shift < 0.5)
      EXPECT_EQ(alarm, 0u);
    else
      EXPECT_LT(alarm, 400u);
  }
}

/// Each factor's expectation under the law within ε of F0 that is worst for it, E_F0[L] + ε·Σ|L_j − L_{j−1}|,
/// is at most 1 but with probability α/320 over F0 ~ Dirichlet(slots); none of 6 400 may be above.
TEST(TolerantTables, NoFactorHasAnExpectationAboveOneWithinTheTolerance) {
  const Distribution reference = baseline(1000, 21);
  const double epsilon = 0.02;
  const auto tables = make_tolerant_tables(reference.slots, epsilon, 0.01).value();
  SplitMix random(22);
  double most = 0;
  for (int draw = 0; draw < 200; ++draw) {
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

TEST(TolerantUrn, AlarmsInNoMoreStreamsAtTheEdgeOfTheToleranceThanAlphaAllows) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Distribution reference = baseline(1000, 2 * seed + 1);
    auto detector =
        make_detector("urn", {{"tolerance", .02}, {"alpha", .2}}, {.distribution = &reference}).value();
    Normal normal(2 * seed + 2);
    alarms += simulation::first_alarm(*detector, 5000, [&] { return normal.next() + 0.0501; }) > 0;
  }
  EXPECT_LE(alarms, 32);  // 20 ± 4 at most
}

TEST(Detectors, AreChosenByNameAndRefuseWhatTheyDoNotKnow) {
  const Distribution reference = baseline(200, 1);
  const Reference known{.distribution = &reference};
  EXPECT_NE(make_detector("uurn", {}, known).error().message.find("urn"), std::string::npos);
  EXPECT_NE(make_detector("urn", {{"alpah", .1}}, known).error().message.find("alpha"), std::string::npos);
  EXPECT_FALSE(make_detector("urn", {{"alpha", 2}}, known));
  EXPECT_FALSE(make_detector("urn", {}, {}));
}

}  // namespace
}  // namespace drover::drift
