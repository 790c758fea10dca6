// How often the classical detectors are wrong on streams that never change, against what their headers say.
#include <gtest/gtest.h>

#include <cmath>

#include "drift/detector.h"
#include "drift/simulation.h"

namespace drover::drift {
namespace {

/// Unchanged streams: N(0,1), or 1 with probability `errors` and else 0.
struct Null {
  const char* name;
  DetectorKind::Values settings;
  double errors;
  int streams, length;
  double share;  // of the streams that alarm, as the header has it
  double
      per_look;  // what the source bounds: the probability of an error at one look; 1 where it bounds nothing
  int clock = 1;  // observations from look to look
};

struct Wrong {
  int streams = 0, alarms = 0;
};

Wrong run(const Null& row) {
  Wrong wrong;
  for (int s = 1; s <= row.streams; ++s) {
    const auto seed = static_cast<std::uint64_t>(s);
    const auto detector = make_detector(row.name, row.settings, {.mean = 0, .deviation = 1}).value();
    simulation::Normal normal(seed);
    SplitMix random(seed);
    int own = 0;
    for (int t = 0; t < row.length; ++t)
      own += detector->update(row.errors > 0 ? simulation::chance(random, row.errors) : normal.next())
                 .has_value();
    wrong.alarms += own;
    wrong.streams += own > 0;
  }
  return wrong;
}

class OnUnchangedStreams : public ::testing::TestWithParam<Null> {};

TEST_P(OnUnchangedStreams, IsWrongAsOftenAsItsHeaderSaysAndNoMoreThanItsSourceAllows) {
  const Null& row = GetParam();
  const Wrong wrong = run(row);
  const double n = row.streams;
  // Four deviations of the number of streams, for the header's share was measured on others.
  EXPECT_NEAR(wrong.streams, n * row.share, 4 * std::sqrt(n * row.share * (1 - row.share)) + 0.5);
  EXPECT_LE(wrong.alarms * row.clock, row.per_look * n * row.length);
}

INSTANTIATE_TEST_SUITE_P(
    Table, OnUnchangedStreams,
    ::testing::Values(
        Null{"adwin", {}, 0, 200, 5000, 0, .002, 32},
        Null{"adwin", {{"delta", .05}}, 0, 200, 5000, .07, .05, 32},
        Null{"adwin", {{"delta", .3}}, 0, 100, 5000, .66, .3, 32}, Null{"ddm", {}, .05, 200, 5000, .62, 1},
        Null{"ddm", {}, .2, 200, 5000, .27, 1}, Null{"eddm", {}, .05, 200, 5000, .96, 1},
        Null{"eddm", {}, .2, 200, 5000, .95, 1}, Null{"hddm_a", {}, .05, 200, 5000, 0, .001},
        Null{"hddm_a", {}, .2, 200, 5000, .06, .001},
        Null{"hddm_a", {{"drift_confidence", .01}}, .2, 200, 5000, .48, .01},
        Null{"hddm_w", {}, .05, 200, 5000, 0, .001}, Null{"hddm_w", {}, .2, 200, 5000, .18, .001},
        Null{"hddm_w", {{"drift_confidence", .01}}, .2, 200, 5000, .97, .01},
        Null{"kswin", {}, 0, 40, 2000, .9, .005}, Null{"kswin", {{"alpha", .05}}, 0, 20, 1000, 1, .05}),
    [](const auto& row) { return std::string(row.param.name) + "_" + std::to_string(row.index); });

TEST(Kswin, IsWrongAtItsFirstLookNoMoreThanAlpha) {
  // 2 000 streams of just one window, α = .05: 100 ± 10 at most; the distances of 30 values are so few that
  // the test keeps .035 of it.
  int wrong = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const auto detector = make_detector("kswin", {{"alpha", .05}}, {}).value();
    simulation::Normal normal(seed);
    wrong += simulation::first_alarm(*detector, 100, [&] { return normal.next(); }) > 0;
  }
  EXPECT_LE(wrong, 140);
  EXPECT_GE(wrong, 35);
}

TEST(PageHinkley, HasTheRunLengthOfTheCusumThatItIs) {
  // Without fading, and but for the mean that it estimates, it is the two-sided CUSUM with k = delta and h =
  // threshold; Siegmund (1985): one side's mean time between false alarms is (e^(2kb) − 2kb − 1)/(2k²) with b
  // = h + 1.166. About 930 alarms: ± 3.3 %.
  const double k = .25, b = 10 + 1.166;
  const double both = (std::exp(2 * k * b) - 2 * k * b - 1) / (2 * k * k) / 2;
  const Wrong plain =
      run({"page_hinkley", {{"delta", k}, {"threshold", 10}, {"alpha", 1}}, 0, 100, 10000, 0, 1});
  EXPECT_NEAR(1e6 / plain.alarms, both, .15 * both);
  const Wrong standard = run({"page_hinkley", {}, 0, 100, 10000, 0, 1});
  EXPECT_NEAR(1e6 / standard.alarms, 1630, 250);
}

}  // namespace
}  // namespace drover::drift
