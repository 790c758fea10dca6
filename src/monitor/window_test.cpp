#include "monitor/window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "drift/state/counter_figures.h"
#include "monitor/span.h"
#include "monitor/testing.h"
#include "monitor/window_json.h"

namespace drover::monitor {
namespace {

using testing::inference;
using testing::inferences;
using testing::scheme;
using testing::window_of;

TEST(Scheme, TakesTheColumnsInTheOrderOfRecord) {
  ASSERT_EQ(scheme().features().size(), 2u);
  EXPECT_EQ(scheme().features()[0].name, "noise");
  EXPECT_EQ(scheme().features()[1].name, "light");
  EXPECT_EQ(scheme().column("confidence"), &*scheme().confidence());
  EXPECT_EQ(scheme().column("colour"), nullptr);
  EXPECT_EQ(scheme().class_reference()[1], 400u);
}

TEST(Scheme, TracksTheSixteenCommonestClasses) {
  drift::Baseline many;
  std::vector<std::string> labels;
  for (std::uint64_t i = 0; i < 40; ++i) {
    labels.push_back("c" + std::to_string(i));
    many.classes[labels.back()] = i;
  }
  const auto made = *Scheme::make(std::make_shared<drift::Baseline>(many), labels);
  EXPECT_EQ(made.parts(), 18u);
  EXPECT_EQ(made.tracked().front(), 24u);
  EXPECT_EQ(made.part_of(24), 0u);
  EXPECT_EQ(made.part_of(39), 15u);
  EXPECT_EQ(made.part_of(3), 16u) << "the others";
  EXPECT_EQ(made.part_of(-1), 17u) << "no class";
}

TEST(Scheme, IsAnotherForOtherLabelsOrBaselines) {
  const auto swapped = *Scheme::make(testing::baseline(), {"defect", "good"});
  const auto bare = *Scheme::make(nullptr, {"good", "defect"});
  EXPECT_NE(swapped.fingerprint(), scheme().fingerprint());
  EXPECT_NE(bare.fingerprint(), scheme().fingerprint());
  EXPECT_EQ(Window::of(scheme(), 0, 1).merge(Window::of(bare, 0, 1)).error().code, Code::conflict);
}

TEST(Window, CountsWhatARecordSays) {
  ring::Record failed = inference(2, -1, -1, 5, 100);
  failed.outcome = ring::Outcome::failed;
  failed.feature_count = 1;
  Window window = window_of({inference(1, 1, 0.75F, 5, 100), failed, inference(3, 77, 0.5F, 5, 100)});
  window.add_label(true);
  window.add_label(false);
  EXPECT_EQ(window.inferences(), 3u);
  EXPECT_EQ(window.failures(), 1u);
  EXPECT_EQ(window.classes, (std::vector<std::uint64_t>{0, 1, 1})) << "a class beyond the labels is another";
  EXPECT_EQ(window.confident, 2u);
  EXPECT_EQ(window.confidence_sum, std::uint64_t{5} << 30);
  EXPECT_EQ(window.labelled, 2u);
  EXPECT_EQ(window.right, 1u);
  EXPECT_EQ(window.all.features[0].count(), 3u);
  EXPECT_EQ(window.all.features[1].missing, 1u);
  EXPECT_EQ(window.parts[1].features[0].count(), 1u);
  EXPECT_EQ(window.parts[2].features[0].count(), 1u) << "the other classes";
  EXPECT_EQ(window.parts[3].features[0].count(), 1u) << "no class";
  EXPECT_NEAR(window.latency_ns.quantile(0.5), 3e6, 3e4);
}

TEST(Window, CountsTheSameRecordAlikeOnEveryDevice) {
  const auto records = inferences(500, 7);
  EXPECT_EQ(window_of(records), window_of(records));
}

RC_GTEST_PROP(WindowProperty, MergingIsAdditionInAnyOrder, ()) {
  const auto seeds =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>()));
  std::vector<Window> windows;
  std::vector<ring::Record> all;
  for (const std::uint8_t seed : seeds) {
    const auto records = inferences(seed % 7, seed + 1u, 90 + seed % 20);
    all.insert(all.end(), records.begin(), records.end());
    windows.push_back(window_of(records, seed * 1000, seed * 1000 + 60'000));
  }
  const auto sum = [](std::vector<Window> from) {
    while (from.size() > 1) {
      const std::size_t at = from.size() / 2;
      RC_ASSERT(from[at - 1].merge(from[at]).has_value());
      from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return from.front();
  };
  auto shuffled = windows;
  std::ranges::reverse(shuffled);
  const Window merged = sum(windows);
  RC_ASSERT(merged == sum(shuffled));
  Window at_once = window_of(all, merged.begin_ms, merged.end_ms);
  at_once.windows = windows.size();
  RC_ASSERT(merged == at_once);
}

TEST(Window, ComesBackFromItsJson) {
  Window window = window_of(inferences(300, 3));
  window.dropped = 4;
  window.add_label(true);
  const auto whole = window_from_json(to_json(window, scheme()));
  ASSERT_TRUE(whole) << whole.error().text();
  EXPECT_EQ(whole->window, window);
  EXPECT_EQ(whole->features, (std::vector<std::string>{"noise", "light"}));
  window.drop_parts();
  const auto bare = window_from_json(to_json(window, scheme()));
  ASSERT_TRUE(bare) << bare.error().text();
  EXPECT_EQ(bare->window, window);
}

TEST(Window, RefusalsNameThePlace) {
  const auto good = to_json(window_of(inferences(20, 3)), scheme());
  const struct {
    const char* pointer;
    nlohmann::json value;
    const char* words;
  } rows[] = {
      {"/schema", 2, "schema: 2; this build reads 1"},
      {"/scheme", "xyz", "scheme: 16 hexadecimal digits"},
      {"/begin_ms", 60'001, "end_ms: before begin_ms"},
      {"/outcomes", nlohmann::json::array({0}), "outcomes: pairs"},
      {"/outcomes", nlohmann::json::array({9, 1}), "outcomes: places ascend"},
      {"/classes", nlohmann::json::array({1, 1, 0, 1}), "classes: places ascend"},
      {"/confident", 1000, "confident: does not go"},
      {"/right", 1, "right: more than labelled"},
      {"/latency_ns/sketch", "00", "latency_ns.sketch: "},
      {"/columns/0/1", 7, "columns: 16 hexadecimal digits"},
      {"/parts/0", nlohmann::json::array(), "parts[0]: 3 columns expected"},
      {"/parts/0/1/bins", nlohmann::json::array({70, 1}), "parts[0][1].bins: places"},
      {"/parts/0/1/nan", 10'000, "parts[0][1]: counters: more NaN"},
      {"/extra", 1, "extra: unknown"},
  };
  for (const auto& row : rows) {
    auto document = good;
    document[nlohmann::json::json_pointer(row.pointer)] = row.value;
    const auto read = window_from_json(nlohmann::json::parse(document.dump()));
    ASSERT_FALSE(read) << row.words;
    EXPECT_EQ(read.error().text().substr(0, std::string_view(row.words).size()), row.words);
  }
}

TEST(Window, OfAMinuteAtOneHertzTakesLittleRoom) {
  const Window window = window_of(inferences(60, 3));
  EXPECT_LT(to_json(window, scheme()).dump().size(), 2600u);
}

TEST(Span, AddsUpTheLastWindowsAndForgetsTheRest) {
  Span span(std::chrono::minutes(3));
  const auto at = [](std::int64_t minute) {
    return window_of(inferences(10, static_cast<std::uint64_t>(minute) + 1), minute * 60'000,
                     (minute + 1) * 60'000);
  };
  for (std::int64_t minute = 0; minute < 5; ++minute) span.add(at(minute));
  const Window sum = *span.sum();
  EXPECT_EQ(sum.inferences(), 30u);
  EXPECT_EQ(sum.begin_ms, 2 * 60'000);
  span.add(at(1));
  EXPECT_EQ(span.sum()->inferences(), 10u) << "the clock was set back";
  span.add(at(50));
  EXPECT_EQ(span.sum()->inferences(), 10u) << "a long silence";
}

TEST(Span, OfADayIsKeptInSixtyOneBlocks) {
  Span span(std::chrono::hours(24));
  for (std::int64_t minute = 0; minute < 2000; ++minute)
    span.add(window_of({inference(1, 0, 0.5F, 5, 100)}, minute * 60'000, (minute + 1) * 60'000));
  const auto counted = span.sum()->inferences();
  EXPECT_GE(counted, 1440u);
  EXPECT_LE(counted, 1440u + 24u);
}

TEST(Span, IsFullWhenItsWindowsReachBackFarEnough) {
  Span span(std::chrono::minutes(3));
  const auto is_full_after = [&](std::int64_t minute) {
    span.add(window_of(inferences(10, 1), minute * 60'000, (minute + 1) * 60'000));
    return span.is_full();
  };
  EXPECT_FALSE(is_full_after(10));
  EXPECT_FALSE(is_full_after(11));
  EXPECT_TRUE(is_full_after(12));
  EXPECT_TRUE(is_full_after(14)) << "a short silence";
  EXPECT_FALSE(is_full_after(17)) << "a silence as long as the span";
  EXPECT_FALSE(is_full_after(18));
  EXPECT_TRUE(is_full_after(19));
  EXPECT_FALSE(is_full_after(5)) << "the clock was set back";
}

}  // namespace
}  // namespace drover::monitor
