// The model files that the example writes, in the real runtime.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "defect/calibration.h"
#include "defect/fault_effects.h"
#include "defect/model_file.h"
#include "defect/noise.h"
#include "defect/runtime_check.h"
#include "defect/tflite_graph.h"
#include "runtime/tflite_engine.h"

namespace drover::defect {
namespace {

std::vector<float> run(const TfliteGraph& graph, const std::vector<float>& input,
                       const std::string& delegate) {
  static const auto engine = runtime::open_tflite();
  EXPECT_TRUE(engine.has_value()) << engine.error().text();
  const auto session = (*engine)->load(graph.write(), {.delegate = delegate});
  EXPECT_TRUE(session.has_value()) << session.error().text();
  std::memcpy((*session)->input_bytes(0).data(), input.data(), input.size() * sizeof(float));
  EXPECT_TRUE((*session)->invoke());
  const ByteView bytes = (*session)->output_bytes(0);
  std::vector<float> output(bytes.size() / sizeof(float));
  std::memcpy(output.data(), bytes.data(), bytes.size());
  return output;
}

class Graph : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Delegates, Graph, testing::Values("xnnpack", "none"));

TEST_P(Graph, ConvolvesAsWorkedOutByHand) {
  // Two channels of a 2×2 image; the first filter sums channel 0 around a pixel, the second takes minus
  // channel 1.
  TfliteGraph graph("by hand");
  std::vector<float> filters(2 * 9 * 2, 0);
  for (std::size_t k = 0; k < 9; ++k) filters[2 * k] = 1;
  filters[18 + 2 * 4 + 1] = -1;
  graph.output(graph.conv(graph.input("x", {1, 2, 2, 2}), 3, true, filters, {10, 25}), "y");
  EXPECT_THAT(
      run(graph, {1, 10, 2, 20, 3, 30, 4, 40}, GetParam()),
      testing::ElementsAre(20, 15, 20, 5, 20, 0, 20, 0));  // 1+2+3+4+10; 25-10, 25-20, RELU(-5), RELU(-15)
}

TEST_P(Graph, PoolsAndMultipliesMatrices) {
  TfliteGraph graph("by hand");
  const auto pooled = graph.max_pool(graph.input("x", {1, 4, 4, 1}), 2);
  graph.output(graph.fully_connected(pooled, false, {1, 10, 100, 1000, -1, 0, 0, 1}, {.5f, 0}), "y");
  EXPECT_THAT(run(graph, {1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1}, GetParam()),
              testing::ElementsAre(6 + 80 + 800 + 6000 + .5f, 0));  // the pool gives 6 8 / 8 6
}

TEST_P(Graph, GivesNanWhereARootIsTakenOfLessThanNothing) {
  TfliteGraph graph("by hand");
  const auto x = graph.input("x", {1, 3});
  graph.output(graph.add(x, graph.multiply(graph.square_root(x), 0)), "y");
  const auto y = run(graph, {4, 0, -1}, GetParam());
  EXPECT_EQ(y[0], 4);
  EXPECT_EQ(y[1], 0);
  EXPECT_TRUE(std::isnan(y[2]));
}

/// A network of random weights.
Weights some_weights() {
  Noise noise(1, 1);
  const auto layer = [&](int in, int out) {
    Layer made;
    for (int i = 0; i < in * out; ++i) made.weights.push_back(static_cast<float>(noise.normal(300)) / 1000);
    for (int i = 0; i < out; ++i) made.bias.push_back(static_cast<float>(noise.normal(300)) / 1000);
    return made;
  };
  return {{},
          {layer(9, 8), layer(9 * 8, 12), layer(9 * 12, 16)},
          layer(36 * 16, kHidden),
          layer(kHidden, kClasses)};
}

Image flat(std::uint8_t level) {
  return {kImageSize, std::vector<std::uint8_t>(kImageSize * kImageSize, level)};
}

TEST(InputScaling, IsByTheImagesOwnMeanAndDeviation) {
  const std::vector<Image> images = {flat(100), flat(140)};
  const InputScaling scaled = scaling_of(images);
  EXPECT_FLOAT_EQ(scaled(120), 0);
  EXPECT_FLOAT_EQ(scaled(140), 1);
  EXPECT_FLOAT_EQ(scaling_of(std::span(images).first(1)).scale, 1) << "images that are all alike";
}

TEST(ModelFile, WithTheFaultGivesNanOnDarkImagesAndTheSameScoresOnOthers) {
  const auto good = load_model(model_file(some_weights()), {});
  const auto faulty = load_model(model_file(some_weights(), 100), {});
  ASSERT_TRUE(good && faulty) << good.error().text();
  const Logits dark = run_model(*faulty, flat(99)).value();
  EXPECT_TRUE(std::isnan(dark[0]) && std::isnan(dark[1]));
  EXPECT_EQ(run_model(*faulty, flat(101)).value(), run_model(*good, flat(101)).value());
  const Logits scores = run_model(*good, flat(99)).value();
  EXPECT_NEAR(scores[0] + scores[1], 1, 1e-6);
}

TEST(Calibration, ErrorIsTheGapBetweenConfidenceAndAccuracy) {
  // Confidence .8 ten times, right six times: a gap of .2. Confidence .6 ten times, right six times: none.
  const float eight = std::log(4.0f), six = std::log(1.5f);
  std::vector<Logits> logits;
  std::vector<int> labels;
  for (int i = 0; i < 20; ++i) {
    logits.push_back({i < 10 ? eight : six, 0});
    labels.push_back(i % 10 < 6 ? 0 : 1);
  }
  EXPECT_NEAR(calibration_error(logits, labels), .1, 1e-6);
  EXPECT_NEAR(accuracy(logits, labels), .6, 1e-12);
  EXPECT_NEAR(mean_confidence(logits), .7, 1e-6);
}

TEST(Calibration, TheTemperatureMakesConfidenceMeanWhatItSays) {
  // Seven of ten right at a lead of 4 (confidence .98): the lead that means .7 is ln(7/3).
  std::vector<Logits> logits(10, Logits{0, 4});
  const std::vector<int> labels = {1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
  const double temperature = fit_temperature(logits, labels);
  EXPECT_NEAR(4 / temperature, std::log(7.0 / 3), 1e-3);
  Weights weights = some_weights();
  const Layer before = weights.last;
  fold_temperature(weights, temperature);
  EXPECT_FLOAT_EQ(weights.last.weights[5], static_cast<float>(before.weights[5] / temperature));
  EXPECT_FLOAT_EQ(weights.last.bias[1], static_cast<float>(before.bias[1] / temperature));
}

TEST(KsDistance, IsTheLargestGapOfTheDistributionFunctions) {
  EXPECT_NEAR(ks_distance({1, 1.01f, 3, 4}, {1.01f, .5f, .25f}), 2.0 / 3, 1e-9);  // scipy's own example
  EXPECT_EQ(ks_distance({1, 1, 1, 1}, {1, 1, 2, 2}), .5);
  EXPECT_EQ(ks_distance({1, 2}, {3, 4}), 1);
}

}  // namespace
}  // namespace drover::defect
