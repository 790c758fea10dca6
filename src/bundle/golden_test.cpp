#include "bundle/golden.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace drover::bundle {
namespace {

using tables::DType;
using tables::Tensor;
using tables::tensor_of;

Tensor row(std::vector<float> values) {
  return tensor_of(values, {1, static_cast<std::int64_t>(values.size())});
}

constexpr OutputTolerance kLoose{.absolute = 0.01, .relative = 0, .same_top1 = true};
constexpr OutputTolerance kExact{.absolute = 0, .relative = 0};
const float kNaN = std::nanf(""), kInf = INFINITY;

TEST(Golden, WhatADelegateRoundsDifferentlyIsAccepted) {
  const auto result = compare_output(3, "scores", row({0.9F, 0.1F}), row({0.894F, 0.106F}), kLoose);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_NEAR(result->max_absolute, 0.006, 1e-6);
  EXPECT_FALSE(result->top1_changed);
}

TEST(Golden, AWrongModelIsRefusedWithSampleOutputIndexAndBothValues) {
  const auto result = compare_output(7, "scores", row({0.9F, 0.1F, 0}), row({0.9F, 0.6F, 0.05F}), kLoose);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::smoke_output);
  EXPECT_EQ(
      result.error().text(),
      "golden sample 7, output \"scores\", index 1: expected 0.1, got 0.6, allowed ±0.01 (absolute 0.01, "
      "relative 0); 2 of 3 values are off, this one most");
}

TEST(Golden, AnotherTopClassIsRefusedThoughTheValuesAreNear) {
  const auto result = compare_output(0, "scores", row({0.501F, 0.499F}), row({0.4995F, 0.5005F}), kLoose);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().text().find("largest value stands at index 1 (0.5005), expected at 0 (0.501)"),
            std::string::npos)
      << result.error().text();
}

TEST(Golden, AnExactTieOfTheExpectedValuesMayFallEitherWay) {
  EXPECT_TRUE(compare_output(0, "scores", row({0.5F, 0.5F}), row({0.499F, 0.501F}), kLoose));
}

TEST(Golden, TellsNotNumbersApart) {
  const struct {
    float expected, got;
    bool accepted;
  } rows[] = {{kNaN, kNaN, true},   {kNaN, 0, false}, {0, kNaN, false},    {kInf, kInf, true},
              {kInf, -kInf, false}, {1, kInf, false}, {-kInf, -kInf, true}};
  for (const OutputTolerance& tolerance : {kExact, OutputTolerance{.absolute = 1e30, .relative = 1}})
    for (const auto& r : rows)
      EXPECT_EQ(compare_output(0, "x", row({r.expected}), row({r.got}), tolerance).has_value(), r.accepted)
          << r.expected << " against " << r.got;
}

TEST(Golden, RelativeToleranceScalesWithTheExpectedValue) {
  const OutputTolerance relative{.absolute = 0, .relative = 0.01};
  EXPECT_TRUE(compare_output(0, "x", row({1000}), row({1009}), relative));
  EXPECT_FALSE(compare_output(0, "x", row({1}), row({1.02F}), relative));
}

TEST(Golden, AnotherFormIsRefused) {
  EXPECT_FALSE(compare_output(0, "x", row({1, 2}), row({1}), kLoose));
  EXPECT_FALSE(compare_output(0, "x", row({1}), convert(row({1}), DType::int8), kLoose));
}

TEST(Tolerance, TheFirstMatchingEngineReplacesTheCommonOne) {
  const auto parsed = parse_tolerance(R"({"schema":1,"default":{"absolute":0.001},
      "outputs":{"scores":{"absolute":0.002,"same_top1":true}},
      "engines":[{"engine":"tflite","delegate":"none","default":{"absolute":0.006}},
                 {"delegate":"edgetpu","default":{"relative":0.1},"outputs":{"scores":{"absolute":0.5}}}]})");
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->of("scores", "tflite", "xnnpack").absolute, 0.002);
  EXPECT_TRUE(parsed->of("scores", "tflite", "xnnpack").same_top1);
  EXPECT_EQ(parsed->of("other", "tflite", "xnnpack").absolute, 0.001);
  EXPECT_EQ(parsed->of("scores", "tflite", "none").absolute, 0.006);
  EXPECT_EQ(parsed->of("scores", "other", "edgetpu").absolute, 0.5);
  EXPECT_EQ(parsed->of("other", "other", "edgetpu").relative, 0.1);
}

TEST(Tolerance, ComesBackFromItsText) {
  Tolerance tolerance = default_tolerance({{"a", DType::float32, {1, 3}}, {"b", DType::int8, {1}}}, true);
  tolerance.engines.push_back({"tflite", "none", {{.absolute = 0.25}, {{"a", {.absolute = 1e-7}}}}});
  const auto parsed = parse_tolerance(to_json(tolerance));
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(*parsed, tolerance);
  EXPECT_TRUE(tolerance.of("a", "", "").same_top1);
  EXPECT_EQ(tolerance.of("b", "", "").absolute, 2);
}

TEST(Tolerance, RefusalsNameThePlace) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"schema":1})", "default: missing"},
      {R"({"schema":2,"default":{}})", "schema: 2; this build reads 1"},
      {R"({"schema":1,"default":{"absolute":-1}})", "default.absolute: 0 or more expected"},
      {R"({"schema":1,"default":{"absolut":1}})", "default.absolut: unknown"},
      {R"({"schema":1,"default":{},"engines":[{"default":{"same_top1":1}}]})",
       "engines[0].default.same_top1: true or false expected"}};
  for (const auto& [text, words] : rows) {
    const auto parsed = parse_tolerance(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().text(), words);
  }
}

TEST(Arrange, BringsArraysIntoTheModelsOrder) {
  const std::vector<TensorSpec> specs = {{"image", {}, {}}, {"mask", {}, {}}};
  const auto named = arrange({{"mask", row({2})}, {"image", row({1})}}, specs);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->at(0).at(0), 1);
  const auto numbered = arrange({{"arr_0", row({1})}, {"arr_1", row({2})}}, specs);
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->at(1).at(0), 2);
  EXPECT_FALSE(arrange({{"image", row({1})}}, specs));
  EXPECT_FALSE(arrange({{"image", row({1})}, {"other", row({1})}}, specs));
}

RC_GTEST_PROP(GoldenProperty, WhatIsWithinTheAbsoluteToleranceIsAcceptedAndBeyondItRefused, ()) {
  const auto value = static_cast<float>(*rc::gen::inRange(-1000, 1000)) / 8;
  const auto off = static_cast<float>(*rc::gen::inRange(-64, 65)) / 16;
  const OutputTolerance tolerance{.absolute = 2, .relative = 0};
  const bool accepted = compare_output(0, "x", row({value}), row({value + off}), tolerance).has_value();
  RC_ASSERT(accepted == (std::abs(off) <= 2));
}

}  // namespace
}  // namespace drover::bundle
