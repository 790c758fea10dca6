#include "drift/baseline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

#include <nlohmann/json.hpp>

#include "drift/testing.h"

namespace drover::drift {
namespace {

const nlohmann::json& expected() {
  static const auto document = testing::json_file("urn/expected.json");
  return document;
}

TEST(Levels, AreTheReferenceOnes) {
  const auto& tables = expected()["tables"];
  EXPECT_NEAR(levels().u[1], tables["u_1"].get<double>(), 1e-14);
  EXPECT_NEAR(levels().u[63], tables["u_63"].get<double>(), 1e-14);
  EXPECT_NEAR(levels().z[1], tables["z_1"].get<double>(), 1e-12);
  EXPECT_EQ(levels().z[32], 0);
  EXPECT_EQ(levels().u[32], 0.5);
}

TEST(Levels, NoBinHoldsMoreThanTwoPointThreePercent) {
  double largest = 0;
  for (std::size_t j = 0; j < kBins; ++j) {
    EXPECT_GT(levels().u[j + 1], levels().u[j]);
    largest = std::max(largest, levels().u[j + 1] - levels().u[j]);
  }
  EXPECT_NEAR(largest, 0.0230, 5e-5);
}

TEST(Baseline, HasTheReferencesSlotsAndEdges) {
  const auto values = testing::column("urn/baseline.csv");
  ASSERT_EQ(values.size(), 999u);
  const auto made = make_distribution(values, 0, 1);
  ASSERT_TRUE(made) << made.error().text();
  const auto& want = expected()["baseline"];
  EXPECT_EQ(made->count, want["m"].get<std::uint64_t>());
  for (std::size_t j = 0; j < 8; ++j) EXPECT_EQ(made->slots[j], want["slots_first_8"][j].get<double>()) << j;
  EXPECT_EQ(std::accumulate(made->slots.begin(), made->slots.end(), 0u), want["slots_sum"].get<double>());
  EXPECT_EQ(made->edges[0], want["edge_1"].get<float>());
  EXPECT_EQ(made->edges[31], want["edge_32"].get<float>());
  EXPECT_EQ(made->edges[62], want["edge_63"].get<float>());
}

TEST(Baseline, BinsCountTheEdgesBelow) {
  const auto made = make_distribution(testing::column("urn/tolerant_baseline.csv"), 0, 1);
  ASSERT_TRUE(made);
  for (std::size_t j = 0; j + 1 < kBins - 1; ++j) {
    const float middle = (made->edges[j] + made->edges[j + 1]) / 2;
    EXPECT_EQ(made->bin(middle, 0), j + 1);
  }
  EXPECT_EQ(made->bin(-INFINITY, 0), 0u);
  EXPECT_EQ(made->bin(INFINITY, 0), 63u);
  EXPECT_EQ(made->bin(NAN, 7), 63u);
}

TEST(Baseline, TheTieDecidesAtAnEdgeOnly) {
  const auto made = *make_distribution(testing::column("urn/tolerant_baseline.csv"), 0, 1);
  const Edge edge = made.edge(20);
  EXPECT_EQ(made.bin(edge.value, edge.tie), 20u);
  EXPECT_EQ(made.bin(edge.value, edge.tie + 1), 21u);
}

TEST(Baseline, ABinWithoutSlotsMovesToTheNextThatHasSome) {
  const auto made = *make_distribution(testing::column("urn/baseline.csv"), 0, 1);
  ASSERT_EQ(made.slots[1], 0u);  // edges 1 and 2 are the same value
  EXPECT_EQ(made.edge(0).value, made.edge(1).value);
  for (std::uint32_t value = 0; value < 1000; ++value)
    EXPECT_NE(made.slots[made.bin(static_cast<float>(value) / 100 - 5, value)], 0u);
}

TEST(Baseline, EqualValuesAreSpreadByTheSeededTie) {
  std::vector<float> constant(1000, 0.5F);  // but for four others: fewer values have bins of their own
  for (int i = 0; i < 4; ++i) constant[static_cast<std::size_t>(i)] = static_cast<float>(i);
  const auto made = *make_distribution(constant, 0, 42);
  EXPECT_EQ(made, *make_distribution(constant, 0, 42));
  EXPECT_NE(made, *make_distribution(constant, 0, 43));
  EXPECT_LT(made.bin(0.5F, 1u << 28), made.bin(0.5F, 3u << 30));
}

TEST(Baseline, NotANumberCountsAsInfinite) {
  std::vector<float> values(300, 1);
  values[7] = NAN;
  values[9] = -INFINITY;
  const auto made = *make_distribution(values, 5, 1);
  EXPECT_EQ(made.nan, 1u);
  EXPECT_EQ(made.missing, 5u);
  EXPECT_EQ(made.min, 1);
  EXPECT_EQ(made.max, 1);
  EXPECT_EQ(made.count, 300u);
}

TEST(Baseline, NeedsTwoHundredValues) {
  EXPECT_EQ(make_distribution(std::vector<float>(199, 1), 0, 1).error().code, Code::invalid_argument);
  EXPECT_TRUE(make_distribution(std::vector<float>(200, 1), 0, 1));
}

Baseline sample() {
  Baseline baseline;
  baseline.seed = 7;
  baseline.features["mean"] = *make_distribution(testing::column("urn/baseline.csv"), 3, 7);
  std::vector<float> odd(250, std::numeric_limits<float>::infinity());
  odd[0] = 1e-42F;
  baseline.features["odd"] = *make_distribution(odd, 0, 7);
  baseline.order = {"odd", "mean"};
  baseline.confidence = baseline.features["mean"];
  baseline.classes = {{"good", 600}, {"defect", 399}};
  return baseline;
}

TEST(Baseline, ComesBackFromItsText) {
  const auto parsed = parse_baseline(to_json(sample()));
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(*parsed, sample());
  EXPECT_EQ(to_json(*parsed), to_json(sample()));
}

TEST(Baseline, RefusalsNameThePlace) {
  const struct {
    const char* pointer;
    nlohmann::json value;
    const char* words;
  } rows[] = {
      {"/schema", 2, "schema: 2; this build reads 1"},
      {"/seed", "x", "seed: a whole number"},
      {"/features/mean/count", 100, "features.mean.count: at least 200 values expected"},
      {"/features/mean/edges", nlohmann::json::array({1}), "features.mean.edges: 63 values expected"},
      {"/features/mean/edges/5", 1e39, "features.mean.edges: a number beyond float32"},
      {"/features/mean/edges/5", 100, "features.mean.edges: must not decrease"},
      {"/features/mean/ties/5", -1, "features.mean.ties: whole numbers"},
      {"/features/mean/slots/5", 1000, "features.mean.slots: sum to"},
      {"/features/mean/min", "inf", "features.mean.min: a finite number expected"},
      {"/features/mean/deviation", -1, "features.mean.deviation: below 0"},
      {"/order", nlohmann::json::array({"odd"}), "order: 2 values expected"},
      {"/order/1", "odd", "order: \"odd\" stands there twice"},
      {"/order/1", "no such", "order: the names of the features expected"},
      {"/features/mean/rank_error", 2, "features.mean.rank_error: a number between 0 and 1 expected"},
      {"/confidence/extra", 1, "confidence.extra: unknown"},
      {"/classes/good", -1, "classes.good: a whole number"},
  };
  for (const auto& row : rows) {
    auto document = nlohmann::json::parse(to_json(sample()));
    document[nlohmann::json::json_pointer(row.pointer)] = row.value;
    const auto parsed = parse_baseline(document.dump());
    ASSERT_FALSE(parsed) << row.words;
    EXPECT_TRUE(parsed.error().text().starts_with(row.words)) << parsed.error().text();
  }
}

RC_GTEST_PROP(BaselineProperty, SlotsSumToOneMoreThanTheValuesAndEdgesAreSorted, ()) {
  const auto values = *rc::gen::container<std::vector<float>>(
      250, rc::gen::map(rc::gen::inRange(-20, 20), [](int v) { return static_cast<float>(v) / 4; }));
  const auto made = *make_distribution(values, 0, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(std::accumulate(made.slots.begin(), made.slots.end(), 0u) == 251u);
  for (std::size_t j = 1; j < kBins - 1; ++j) RC_ASSERT(made.edge(j - 1) <= made.edge(j));
}

}  // namespace
}  // namespace drover::drift
