#include "policy/retrain_budget.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

namespace drover::policy {
namespace {

using std::chrono::minutes;

constexpr std::int64_t kMinuteMs = 60'000, kDayMinutes = 24 * 60;
constexpr std::int64_t kBeginMs = 1'767'225'600'000;  // 2026-01-01

RetrainState restarted(const RetrainState& state) {
  const auto read = retrain_state_from_json(nlohmann::json::parse(to_json(state).dump()));
  EXPECT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, state);
  return read.value_or(RetrainState{});
}

TEST(RetrainBudget, answers_by_the_table_with_a_restart_after_each) {
  struct Row {
    std::int64_t minute;
    RetrainAnswer answer;
    std::int64_t wait_minutes;
  };
  constexpr Row kRows[] = {
      {0, RetrainAnswer::yes, 0},
      {0, RetrainAnswer::debounced, 60},
      {59, RetrainAnswer::debounced, 1},
      {60, RetrainAnswer::yes, 0},
      {200, RetrainAnswer::yes, 0},
      {201, RetrainAnswer::spent, kDayMinutes - 201},
      {1000, RetrainAnswer::spent, kDayMinutes - 1000},
      {kDayMinutes - 1, RetrainAnswer::spent, 1},
      {kDayMinutes, RetrainAnswer::yes, 0},
      {kDayMinutes + 1, RetrainAnswer::spent, 59},
      {kDayMinutes + 60, RetrainAnswer::yes, 0},
      {9 * kDayMinutes, RetrainAnswer::yes, 0},
  };
  const Retrain retrain{.command = {"x"}, .debounce = minutes(60), .daily_budget = 3};
  RetrainState state;
  for (const Row& row : kRows) {
    const RetrainDecision decision = may_retrain(state, retrain, kBeginMs + row.minute * kMinuteMs);
    EXPECT_EQ(decision.answer, row.answer) << row.minute << ": " << name(decision.answer);
    EXPECT_EQ(decision.wait_ms, row.wait_minutes * kMinuteMs) << row.minute;
    state = restarted(decision.next);
  }
}

TEST(RetrainBudget, a_debounce_longer_than_a_day_holds) {
  const Retrain retrain{.debounce = std::chrono::days(7), .daily_budget = 3};
  const RetrainState state = may_retrain({}, retrain, kBeginMs).next;
  const RetrainDecision decision = may_retrain(state, retrain, kBeginMs + 6 * kDayMinutes * kMinuteMs);
  EXPECT_EQ(decision.answer, RetrainAnswer::debounced);
  EXPECT_EQ(may_retrain(decision.next, retrain, kBeginMs + 7 * kDayMinutes * kMinuteMs).answer,
            RetrainAnswer::yes);
}

TEST(RetrainBudget, a_clock_that_was_set_back_delays_and_does_not_block) {
  const Retrain retrain{.debounce = minutes(60), .daily_budget = 1};
  const RetrainState state = may_retrain({}, retrain, kBeginMs).next;
  const std::int64_t back_ms = 1000;
  const RetrainDecision at_once = may_retrain(state, retrain, back_ms);
  EXPECT_EQ(at_once.answer, RetrainAnswer::spent);
  EXPECT_EQ(at_once.wait_ms, kDayMinutes * kMinuteMs);
  EXPECT_EQ(may_retrain(at_once.next, retrain, back_ms + at_once.wait_ms).answer, RetrainAnswer::yes);
}

TEST(RetrainBudget, never_gives_more_than_the_budget_in_a_day_nor_two_within_the_debounce) {
  EXPECT_TRUE(rc::check([] {
    const Retrain retrain{.debounce = minutes(*rc::gen::inRange(0, 3000)),
                          .daily_budget = *rc::gen::inRange<std::uint64_t>(1, 6)};
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 600));
    RetrainState state;
    std::vector<std::int64_t> given;
    std::int64_t minute = 0;
    for (const int step : steps) {
      minute += step;
      const RetrainDecision decision = may_retrain(state, retrain, minute * kMinuteMs);
      state = decision.next;
      RC_ASSERT(state.asked_ms.size() <= retrain.daily_budget + 1);
      if (decision.answer == RetrainAnswer::yes) given.push_back(minute);
    }
    for (std::size_t i = 1; i < given.size(); ++i)
      RC_ASSERT(minutes(given[i] - given[i - 1]) >= retrain.debounce);
    for (std::size_t i = retrain.daily_budget; i < given.size(); ++i)
      RC_ASSERT(given[i] - given[i - retrain.daily_budget] >= kDayMinutes);
  }));
}

TEST(RetrainBudget, what_makes_no_sense_is_refused_by_name) {
  struct Row {
    std::string json;
    std::string_view message;
  };
  const Row kRows[] = {
      {"3", "the document: an object expected"},
      {"{}", "asked_ms: missing"},
      {R"({"asked_ms":[1],"more":1})", "more: unknown"},
      {R"({"asked_ms":[2,1]})", "asked_ms: the oldest first expected"},
      {R"({"asked_ms":[-1]})", "asked_ms: times in ms since 1970 expected"},
      {R"({"asked_ms":[253402300799001]})", "asked_ms: times in ms since 1970 expected"},
      {R"({"asked_ms":)" + nlohmann::json(std::vector<int>(102)).dump() + "}",
       "asked_ms: 102 elements, at most 101 allowed"},
  };
  for (const Row& row : kRows) {
    const auto state = retrain_state_from_json(nlohmann::json::parse(row.json));
    ASSERT_FALSE(state) << row.json;
    EXPECT_EQ(state.error().code, Code::bad_state);
    EXPECT_EQ(state.error().message, row.message);
  }
}

}  // namespace
}  // namespace drover::policy
