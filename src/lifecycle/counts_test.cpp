#include "lifecycle/counts.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "lifecycle/counts_json.h"

namespace drover::lifecycle {
namespace {

using nlohmann::json;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

Counts hundred(std::uint64_t errors, std::uint64_t wrong, double confidence, microseconds latency) {
  Counts counts{.samples = 100,
                .errors = errors,
                .labelled = 20,
                .wrong = wrong,
                .confident = 100,
                .confidence_sum = 100 * confidence};
  counts.latency.add(latency, 100);
  return counts;
}

TEST(Counts, the_usual_rates_follow_the_last_ten_thousand_or_so) {
  Counts usual;
  const auto expect = [&](double errors, double wrong, double confidence, microseconds latency) {
    EXPECT_NEAR(usual.error_rate(), errors, 0.005);
    EXPECT_NEAR(static_cast<double>(usual.wrong) / static_cast<double>(usual.labelled), wrong, 0.005);
    EXPECT_NEAR(usual.confidence_sum / static_cast<double>(usual.confident), confidence, 0.01);
    EXPECT_GE(usual.latency.quantile(0.5), latency);
    EXPECT_LE(usual.latency.quantile(0.5), latency * 5 / 4);
    EXPECT_LE(usual.samples, 20'000u);
    EXPECT_LE(usual.confidence_sum, static_cast<double>(usual.confident));
  };
  for (int i = 0; i < 1000; ++i) usual = remember(usual, hundred(1, 1, 0.9, milliseconds(10)));
  expect(0.01, 0.05, 0.9, milliseconds(10));
  for (int i = 0; i < 1000; ++i) usual = remember(usual, hundred(10, 8, 1.0, milliseconds(100)));
  expect(0.10, 0.4, 1.0, milliseconds(100));
}

TEST(Counts, what_came_since_is_what_was_added) {
  EXPECT_TRUE(rc::check([] {
    const auto any = [] {
      return hundred(*rc::gen::inRange<std::uint64_t>(0, 100), *rc::gen::inRange<std::uint64_t>(0, 20),
                     *rc::gen::inRange(0, 1024) / 1024.0, microseconds(*rc::gen::inRange(0, 100'000)));
    };
    const Counts earlier = any(), more = any();
    Counts now = earlier;
    now += more;
    RC_ASSERT(now.goes_on_from(earlier));
    RC_ASSERT(now.since(earlier) == more);
    RC_ASSERT(!earlier.goes_on_from(now));
  }));
}

TEST(LatencyCounts, tell_a_quantile_no_more_than_a_quarter_too_great) {
  for (const std::int64_t ns : {8L, 9L, 15L, 1'000L, 12'345'678L, 60'000'000'000L}) {
    LatencyCounts latency;
    latency.add(nanoseconds(ns / 3), 94);
    latency.add(nanoseconds(ns), 6);
    EXPECT_GE(latency.quantile(0.95).count(), ns);
    EXPECT_LE(latency.quantile(0.95).count(), ns * 5 / 4);
    EXPECT_LT(latency.quantile(0.94).count(), ns / 2);
  }
}

TEST(LatencyCounts, take_whatever_is_measured) {
  LatencyCounts latency;
  EXPECT_EQ(latency.quantile(0.95).count(), 0);
  latency.add(nanoseconds(-1));
  EXPECT_EQ(latency.quantile(1).count(), 0);
  latency.add(nanoseconds::max(), 2);
  EXPECT_EQ(latency.quantile(1), nanoseconds::max());
  EXPECT_EQ(latency.count(), 3u);
}

TEST(CountsJson, is_read_as_it_was_written_and_an_older_file_too) {
  const Counts counts = hundred(3, 2, 0.875, milliseconds(12));
  EXPECT_EQ(to_counts(json::parse(to_json(counts).dump())).value(), counts);
  const json old = json::parse(R"({"samples":9,"errors":2,"nans":1,"crashes":0})");
  EXPECT_EQ(to_counts(old).value(), (Counts{.samples = 9, .errors = 2, .nans = 1}));
  EXPECT_EQ(to_json(Counts{.samples = 9, .errors = 2, .nans = 1}), old);
}

TEST(CountsJson, what_no_counting_gives_is_refused_by_name) {
  struct Row {
    std::string_view change, message;
  };
  constexpr Row kRows[] = {
      {R"({"errors":-1})", "errors: a whole number is needed"},
      {R"({"wrong":1})", "wrong: more than were labelled"},
      {R"({"labelled":1.5})", "labelled: a whole number is needed"},
      {R"({"confident":1,"confidence_sum":1.5})", "confidence_sum: a number from 0 to 1 is needed"},
      {R"({"confident":1,"confidence_sum":"1"})", "confidence_sum: a number from 0 to 1 is needed"},
      {R"({"confidence_sum":-0.5})", "confidence_sum: a number from 0 to 0 is needed"},
      {R"({"latency":[]})", "latency: an object is needed"},
      {R"({"latency":{"from":255,"counts":[1,2]}})", "counts: a list within 256 buckets is needed"},
      {R"({"latency":{"from":257,"counts":[]}})", "counts: a list within 256 buckets is needed"},
      {R"({"latency":{"from":0,"counts":[-1]}})", "counts: whole numbers are needed"},
  };
  for (const Row& row : kRows) {
    json from = to_json(Counts{});
    from.update(json::parse(row.change));
    const auto counts = to_counts(from);
    ASSERT_FALSE(counts) << row.change;
    EXPECT_EQ(counts.error().code, Code::bad_state);
    EXPECT_EQ(counts.error().message, row.message) << row.change;
  }
}

}  // namespace
}  // namespace drover::lifecycle
