#include "bundle/worker_protocol.h"

#include <gtest/gtest.h>

namespace drover::bundle {
namespace {

const std::string kEngine =
    R"("engine":{"name":"tflite","version":"2.20.0","delegate":"none","nodes":3,"nodes_delegated":0})";
const std::string kLatency = R"("latency":{"median_us":1.5,"p95_us":2,"max_us":3,"runs":20})";

std::string run_answer(const std::string& samples) {
  return R"({"ok":true,"samples":)" + samples + "," + kEngine + "," + kLatency + "}";
}

TEST(WorkerProtocol, AnAnswerIsRead) {
  const auto report = parse_run_report(run_answer("10"));
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->samples, 10U);
  EXPECT_EQ(report->latency.runs, 20U);
  EXPECT_EQ(report->latency.median_us, 1.5);
  EXPECT_EQ(to_json(*parse_run_report(to_json(*report))), to_json(*report));
}

TEST(WorkerProtocol, ARefusalBecomesItsError) {
  const auto refused = parse_run_report(R"({"ok":false,"code":"smoke_output","message":"sample 3"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::smoke_output);
  EXPECT_EQ(refused.error().message, "sample 3");
}

class NoCount : public testing::TestWithParam<const char*> {};

TEST_P(NoCount, IsABadResponse) {
  const auto report = parse_run_report(run_answer(GetParam()));
  ASSERT_FALSE(report) << report->samples;
  EXPECT_EQ(report.error().code, Code::bad_response);
}

INSTANTIATE_TEST_SUITE_P(WorkerProtocol, NoCount,
                         testing::Values("-1", "1.5", "1e300", "\"10\"", "null", "true", "[]"));

TEST(WorkerProtocol, AShapeIsOfWholeNumbers) {
  const auto inspected = [](const std::string& shape, const std::string& axis) {
    return parse_inspect_report(
        R"({"ok":true,"size_bytes":1,"description":"","inputs":[{"name":"x","dtype":"int8","shape":)" +
        shape + R"(,"quantisation":{"scales":[0.5],"zero_points":[-3],"axis":)" + axis +
        R"(}}],"outputs":[],"operators":{"ADD":1},)" + kEngine + "," + kLatency +
        R"(,"peak_memory_bytes":1})");
  };
  const auto good = inspected("[-1,49]", "0");
  ASSERT_TRUE(good) << good.error().text();
  EXPECT_EQ(good->inputs[0].shape, (std::vector<std::int64_t>{-1, 49}));
  EXPECT_EQ(good->inputs[0].quantisation->zero_points, std::vector<std::int64_t>{-3});
  for (const char* shape : {"[1e300]", "[1.5]", "[\"1\"]", "[9223372036854775808]", "1", "{\"0\":1}"}) {
    const auto bad = inspected(shape, "0");
    ASSERT_FALSE(bad) << shape;
    EXPECT_EQ(bad.error().code, Code::bad_response) << shape;
  }
  for (const char* axis : {"1e300", "-1", "2147483648"}) EXPECT_FALSE(inspected("[1]", axis)) << axis;
}

std::string holdout_answer(const std::string& counts, const std::string& by_class) {
  return R"({"ok":true,)" + counts + R"(,"accuracy":0.5,"by_class":)" + by_class + "," + kEngine + "," +
         kLatency + "}";
}

TEST(WorkerProtocol, AHoldoutReportComesBackAsItWas) {
  const auto report = parse_holdout_report(holdout_answer(R"("samples":4,"right":3)", "[[2,1],[0,1]]"));
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->accuracy(), 0.75);
  EXPECT_EQ(report->by_class, (std::vector<std::vector<std::uint64_t>>{{2, 1}, {0, 1}}));
  EXPECT_EQ(to_json(*parse_holdout_report(to_json(*report))), to_json(*report));
}

TEST(WorkerProtocol, AHoldoutWhoseNumbersDoNotHoldTogetherIsABadResponse) {
  std::string wide = "[";
  for (int i = 0; i < 65; ++i) wide += "[],";
  wide.back() = ']';
  for (const auto& [counts, by_class] :
       std::vector<std::pair<std::string, std::string>>{{R"("samples":0,"right":0)", "[]"},
                                                        {R"("samples":4,"right":5)", "[]"},
                                                        {R"("samples":4,"right":-1)", "[]"},
                                                        {R"("samples":4,"right":1e300)", "[]"},
                                                        {R"("samples":4)", "[]"},
                                                        {R"("samples":4,"right":3)", "{}"},
                                                        {R"("samples":4,"right":3)", "[1]"},
                                                        {R"("samples":4,"right":3)", "[[2,1]]"},
                                                        {R"("samples":4,"right":3)", "[[2,1],[1,1]]"},
                                                        {R"("samples":4,"right":3)", "[[0.5]]"},
                                                        {R"("samples":4,"right":3)", wide}}) {
    const auto report = parse_holdout_report(holdout_answer(counts, by_class));
    ASSERT_FALSE(report) << counts << by_class;
    EXPECT_EQ(report.error().code, Code::bad_response) << counts << by_class;
  }
}

TEST(WorkerProtocol, WhatIsNoDocumentOfOursIsABadResponse) {
  for (const std::string& text : {std::string("{"), std::string("[]"), std::string(R"({"ok":1})"),
                                  std::string(R"({"ok":false,"code":1,"message":2})"),
                                  R"({"ok":true,"ok":false,"samples":1,)" + kEngine + "," + kLatency + "}",
                                  std::string(100'000, '[')}) {
    const auto report = parse_run_report(text);
    ASSERT_FALSE(report) << text.substr(0, 60);
    EXPECT_EQ(report.error().code, Code::bad_response) << text.substr(0, 60);
  }
}

}  // namespace
}  // namespace drover::bundle
