#include "monitor/figures.h"

#include <gtest/gtest.h>

#include "monitor/testing.h"

namespace drover::monitor {
namespace {

using testing::inference;
using testing::inferences;
using testing::scheme;
using testing::window_of;

Figure of(std::string_view condition, const Window& window, const Aside& aside = {}) {
  const auto parsed = policy::parse_condition(condition);
  EXPECT_TRUE(parsed) << condition;
  return figure(parsed->term, scheme(), window, aside);
}

TEST(Figures, AreThoseOfTheRecords) {
  Window window = window_of(
      {inference(1, 0, 0.5F, 5, 100), inference(2, 1, 0.75F, 6, 110), inference(3, 0, 1.0F, 4, 90)});
  window.add_label(true);
  window.add_label(true);
  window.add_label(false);
  const struct {
    const char* condition;
    double value;
    std::uint64_t samples;
  } rows[] = {
      {"mean(confidence) < 1", 0.75, 3},
      {"mean(latency_ms) < 1", 3.0, 3},
      {"rate() < 1", 0.05, 3},
      {"share(good) < 1", 2.0 / 3, 3},
      {"error_rate() < 1", 1.0 / 3, 3},
      {"accuracy() < 1", 2.0 / 3, 3},
      {"absent()", 0, 3},
  };
  for (const auto& row : rows) {
    const Figure figure = of(row.condition, window);
    ASSERT_TRUE(figure.value) << row.condition;
    EXPECT_NEAR(*figure.value, row.value, 1e-6) << row.condition;
    EXPECT_EQ(figure.samples, row.samples) << row.condition;
  }
}

TEST(Figures, ErrorRateTakesLabelsForAFairSampleOfWhatDidNotFail) {
  ring::Record failed = inference(2, -1, -1, 5, 100);
  failed.outcome = ring::Outcome::timed_out;
  Window window = window_of({inference(1, 0, 0.5F, 5, 100), failed});
  EXPECT_DOUBLE_EQ(*error_rate(window), 0.5);
  window.add_label(true);
  window.add_label(false);
  EXPECT_DOUBLE_EQ(*error_rate(window), 0.75);
  EXPECT_DOUBLE_EQ(*error_rate(window, 3), 0.5) << "two labels are too few";
}

TEST(Figures, OfNothingAreUnknown) {
  const Window empty = window_of({});
  for (const char* condition :
       {"mean(confidence) < 1", "p95(latency_ms) < 1", "p50(light) < 1", "accuracy() < 1", "ks(light) < 1",
        "ks(*) < 1", "psi(*) < 1", "psi(class) < 1", "error_rate() < 1", "share(good) < 1", "share(bird) < 1",
        "ks(colour) < 1", "holdout_accuracy() < 1"})
    EXPECT_FALSE(of(condition, empty).value) << condition;
  EXPECT_EQ(of("absent()", empty).value, 1);
  EXPECT_EQ(of("rate() < 1", empty).value, 0);
}

TEST(Figures, PercentilesLieInTheBinThatHoldsThem) {
  const auto records = inferences(4000, 11);
  const Window window = window_of(records);
  std::vector<float> lights;
  for (const auto& record : records) lights.push_back(record.features[1]);
  std::ranges::sort(lights);
  for (const int percent : {1, 10, 50, 90, 99}) {
    const float exact = lights[static_cast<std::size_t>(percent) * 40];
    EXPECT_NEAR(
        *of("p" + std::string(percent < 10 ? "0" : "") + std::to_string(percent) + "(light) < 1", window)
             .value,
        exact, 0.6)
        << percent;
  }
  EXPECT_NEAR(*of("p95(latency_ms) < 1", window).value, 3.0, 0.03);
}

TEST(Figures, DistancesNameTheFarthestFeature) {
  const Window same = window_of(inferences(2000, 5)), dimmed = window_of(inferences(2000, 5, 80));
  EXPECT_LT(*of("ks(*) < 1", same).value, 0.05);
  EXPECT_NEAR(*of("psi(light) < 1", same).value, 0, 0.02);
  EXPECT_GT(*of("ks(light) < 1", dimmed).value, 0.6);
  EXPECT_EQ(of("ks(*) < 1", dimmed).value, of("ks(light) < 1", dimmed).value);
  EXPECT_GT(*of("psi(*) < 1", dimmed).value, 1);
  EXPECT_LT(*of("ks(noise) < 1", dimmed).value, 0.05);
  EXPECT_NEAR(*of("psi(class) < 1", dimmed).value, 0, 0.01);
}

TEST(Figures, DriftIsWhatTheDetectorsSay) {
  Aside aside;
  aside.alarmed = [](std::string_view name) { return name == "inputs"; };
  EXPECT_EQ(of("drift(inputs)", window_of({}), aside).value, 1);
  EXPECT_EQ(of("drift(*)", window_of({}), aside).value, 0);
}

}  // namespace
}  // namespace drover::monitor
