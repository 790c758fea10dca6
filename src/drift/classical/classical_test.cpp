#include <gtest/gtest.h>

#include "drift/classical/adwin.h"
#include "drift/classical/ks_equal.h"
#include "drift/detector.h"
#include "drift/simulation.h"

namespace drover::drift {
namespace {

using simulation::first_alarm;
using simulation::Normal;

/// Mean observations to the first alarm of 300 streams of N(shift, 1), each at most 50 000 long.
double mean_run(std::string_view name, const DetectorKind::Values& settings, const Reference& reference,
                double shift) {
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    auto detector = make_detector(name, settings, reference).value();
    Normal normal(seed);
    const auto index = first_alarm(*detector, 50000, [&] { return normal.next() + shift; });
    sum += static_cast<double>(index == 0 ? 50000 : index);
  }
  return sum / 300;
}

TEST(Cusum, HasTheAverageRunLengthsOfTheTextbooks) {
  // Montgomery's table: k = ½ two-sided. A run length's deviation is about its mean: 300 runs give ± 6 %.
  const Reference exact{.mean = 0, .deviation = 1};
  EXPECT_NEAR(mean_run("cusum", {}, exact, 0), 465, 4 * 465 / std::sqrt(300));
  EXPECT_NEAR(mean_run("cusum", {{"limit", 4}}, exact, 0), 168, 4 * 168 / std::sqrt(300));
  EXPECT_NEAR(mean_run("cusum", {}, exact, 1), 10.4, 1.2);
  EXPECT_NEAR(mean_run("cusum", {{"limit", 4}}, exact, 2), 3.34, 0.4);
}

TEST(Cusum, DatesTheChangeAndItsSizeInTheBaselinesUnit) {
  auto detector = make_detector("cusum", {{"limit", 20}}, {.mean = 100, .deviation = 5}).value();
  Normal normal(3);
  std::optional<Alarm> alarm;
  for (int t = 0; t < 2000 && !alarm; ++t)
    alarm = detector->update(100 + 5 * (normal.next() - (t < 1000 ? 0 : 2)));
  ASSERT_TRUE(alarm);
  EXPECT_EQ(alarm->direction, "down");
  EXPECT_NEAR(static_cast<double>(alarm->onset), 1000, 5);
  EXPECT_NEAR(alarm->size, 2, 0.5);
}

TEST(Adwin, KeepsTheWindowsMeanAndForgetsTheOlderPart) {
  Adwin adwin({});
  double sum = 0;
  for (int i = 0; i < 5000; ++i) {
    EXPECT_FALSE(adwin.update(i % 7));
    sum += i % 7;
    ASSERT_NEAR(adwin.mean(), sum / (i + 1), 1e-12);
  }
  EXPECT_EQ(adwin.width(), 5000u);
  std::optional<Finding> found;
  for (int i = 0; i < 100 && !found; ++i) found = adwin.update(100);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->direction, "up");
  EXPECT_LE(adwin.width(), 64u);
  EXPECT_EQ(found->since, adwin.width());
}

TEST(KsEqual, HasThePValuesOfTheExactLaw) {
  // 1…10 against 11…20, from scipy 1.10.1: D = 1, so that p = 2/C(20, 10).
  EXPECT_NEAR(ks_equal_p(10, 10), 1.0825088224469026e-05, 1e-16);
  // By counting the lattice paths of n = 2: C(4, 2) = 6 ways, 2 of them with D = 1, all with D ≥ ½.
  EXPECT_NEAR(ks_equal_p(2, 2), 2.0 / 6, 1e-14);
  EXPECT_NEAR(ks_equal_p(2, 1), 1, 1e-14);
  for (const double alpha : {0.5, 0.05, 0.005, 1e-6}) {
    const std::size_t h = ks_equal_critical(30, alpha);
    EXPECT_LE(ks_equal_p(30, h), alpha);
    EXPECT_GT(ks_equal_p(30, h - 1), alpha);
  }
  EXPECT_EQ(ks_equal_critical(5, 1e-6), 6u) << "no distance of so small samples is so rare";
  EXPECT_NEAR(kolmogorov_critical(0.05), 1.3580986393225505, 1e-12);
  EXPECT_NEAR(kolmogorov_critical(0.01), 1.6276236115189503, 1e-12);
}

TEST(KsWindow, ErrsInAWindowNoMoreThanAlphaAndInAStreamInTheEnd) {
  std::uint64_t alarms = 0, streams_that_alarm = 0;
  constexpr int kWindows = 100;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Normal normal(seed);
    const Distribution baseline = simulation::baseline_of(10000, seed, [&] { return normal.next(); });
    auto detector = make_detector("ks_window", {}, {.distribution = &baseline}).value();
    std::uint64_t own = 0;
    for (int t = 0; t < kWindows * 100; ++t) own += detector->update(normal.next()).has_value();
    alarms += own;
    streams_that_alarm += own > 0;
  }
  // α = 0.05 of 6 000 windows is 300 ± 17; the grid and the estimate of the law lose a little.
  EXPECT_LE(alarms, 300u + 4 * 17);
  EXPECT_GE(alarms, 180u);
  EXPECT_GE(streams_that_alarm, 55u) << "a test repeated for ever always fires";
}

TEST(KsSequential, AlarmsInNoMoreNullStreamsThanAlphaAllowsAndSeesAShift) {
  int alarms = 0, found = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Normal normal(seed);
    const Distribution baseline = simulation::baseline_of(2000, seed, [&] { return normal.next(); });
    auto detector = make_detector("ks_sequential", {{"alpha", 0.05}}, {.distribution = &baseline}).value();
    alarms += simulation::first_alarm(*detector, 10000, [&] { return normal.next(); }) > 0;
    found += simulation::first_alarm(*detector, 10000, [&] { return normal.next() + 0.5; }) > 0;
  }
  EXPECT_LE(alarms, 12);  // 5 ± 2 at most
  EXPECT_EQ(found, 100);
}

/// r_t of the paper's own figures: t_min = 32, α′ = .05.
TEST(KsSequential, HasThePublishedBound) {
  const Distribution even = [] {
    Distribution made{.count = std::uint64_t{1} << 24};  // its own error is next to nothing
    for (std::size_t j = 0; j < kBins - 1; ++j) made.edges[j] = static_cast<float>(j) + .5F;
    made.slots.fill((1 << 24) / 64);
    ++made.slots[0];
    return made;
  }();
  auto detector = make_detector("ks_sequential", {{"alpha", 0.05}}, {.distribution = &even}).value();
  std::optional<Alarm> alarm;
  for (int t = 0; !alarm; ++t) alarm = detector->update(t % 20 == 0 ? 0 : t % 64);
  const double t = static_cast<double>(alarm->index), c = 8.12 + 2.82 / std::log(50.0) * std::log(1 / 0.9);
  const double reference = std::sqrt(std::log(2 / 0.005) / std::ldexp(2.0, 24));
  EXPECT_NEAR(alarm->threshold, .85 * std::sqrt((std::log(1 + std::log(t / 32)) + c) / t) + reference, 1e-12);
}

TEST(PsiWindow, ExceedsTheConventionAsItsNullLawSays) {
  Normal normal(5);
  const Distribution baseline = simulation::baseline_of(100000, 5, [&] { return normal.next(); });
  auto detector =
      make_detector("psi_window", {{"window", 100}, {"threshold", 0.1}}, {.distribution = &baseline}).value();
  int alarms = 0;
  for (int t = 0; t < 1000 * 100; ++t) alarms += detector->update(normal.next()).has_value();
  // 100·PSI ≈ χ²(9): P(χ²(9) ≥ 10) = 0.35; smaller bins make it 0.40 unsmoothed, and smoothing takes some
  // back.
  EXPECT_NEAR(alarms, 340, 60);
}

TEST(PsiWindow, NamesAShiftAndItsPlace) {
  Normal normal(6);
  const Distribution baseline = simulation::baseline_of(10000, 6, [&] { return normal.next(); });
  auto detector = make_detector("psi_window", {}, {.distribution = &baseline}).value();
  std::uint64_t seen = 0;
  const auto index = first_alarm(*detector, 5000, [&] { return normal.next() + (seen++ < 1000 ? 0 : 1); });
  EXPECT_EQ(index, 1500u);
}

}  // namespace
}  // namespace drover::drift
