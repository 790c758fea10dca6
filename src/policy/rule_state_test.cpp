#include "policy/rule_state.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

namespace drover::policy {
namespace {

using std::chrono::minutes;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kBeginMs = 1'767'225'600'000;  // 2026-01-01

Rule rule_of(int lasting, int keep_firing_for) {
  return {.lasting = minutes(lasting), .keep_firing_for = minutes(keep_firing_for)};
}

/// The window of minute `i`: H `when` holds; . `resolve` does; - neither; ? unknown.
WindowFacts window_of(char kind, std::size_t i) {
  const std::int64_t start_ms = kBeginMs + static_cast<std::int64_t>(i) * kMinuteMs;
  WindowFacts window{.start_ms = start_ms, .end_ms = start_ms + kMinuteMs};
  if (kind == '?') return window;
  window.holds = kind == 'H', window.resolves = kind == '.';
  return window;
}

/// What became of it: P pending, F fired, R resolved, W withdrawn, where something changed; else the phase:
/// p, f, ..
char letter_of(const Advance& advance) {
  switch (advance.change) {
    case Change::pending:
      return 'P';
    case Change::fired:
      return 'F';
    case Change::resolved:
      return 'R';
    case Change::withdrawn:
      return 'W';
    case Change::none:
      break;
  }
  switch (advance.next.phase) {
    case Phase::pending:
      return 'p';
    case Phase::firing:
      return 'f';
    case Phase::inactive:
      break;
  }
  return '.';
}

RuleState restarted(const RuleState& state) {
  const auto read = rule_state_from_json(nlohmann::json::parse(to_json(state).dump()));
  EXPECT_TRUE(read) << to_json(state) << ": " << read.error().text();
  EXPECT_EQ(*read, state) << to_json(state);
  return read.value_or(RuleState{});
}

/// A minute a character; in `windows`, _ is one without a window. `restarts` after every one of them.
std::string run(const Rule& rule, std::string_view windows, bool restarts) {
  RuleState state;
  std::string became;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (windows[i] == '_') {
      became += '_';
      continue;
    }
    const Advance advanced = advance(rule, state, window_of(windows[i], i));
    became += letter_of(advanced);
    state = restarts ? restarted(advanced.next) : advanced.next;
  }
  return became;
}

TEST(RuleState, fires_holds_and_resolves_in_the_very_window_with_and_without_restarts) {
  struct Row {
    std::string_view sentence;
    int lasting, keep_firing_for;  // minutes
    std::string_view windows;
    std::string_view became;
  };
  constexpr Row kRows[] = {
      {"five in a row fire at the end of the fifth", 5, 0, "..HHHHHHH.", "..PpppFffR"},
      {"four do not", 5, 0, "..HHHH..", "..PpppW."},
      {"without `for` one is enough", 0, 0, ".H.H..", ".FRFR."},
      {"`for` of one window is the same", 1, 0, ".H.H..", ".FRFR."},
      {"one that does not hold begins the row anew", 3, 0, "HH.HHH", "PpWPpF"},
      {"one between the thresholds does too", 3, 0, "HH-HHH", "PpWPpF"},
      {"one that is unknown does too", 3, 0, "HH?HHH", "PpWPpF"},
      {"one that is missing does too, and it stays pending", 3, 0, "HH_HHH", "Pp_ppF"},
      {"a missing one in the middle of a row that would be full", 3, 0, "HH_H_H_HHH", "Pp_p_p_ppF"},
      {"a missing one and then none that holds", 3, 0, "HH_.H", "Pp_WP"},
      {"unknown alone is nothing", 0, 0, "????", "...."},
      {"fires once until it is resolved", 2, 0, "HHHHHHHH.HH", "PFffffffRPF"},
      {"between the thresholds it goes on firing", 2, 0, "HH-H--.", "PFffffR"},
      {"what is unknown or missing resolves nothing", 2, 0, "HH?_??__.", "PFf_ff__R"},
      {"resolve must hold for `keep_firing_for`", 1, 3, "H...", "FffR"},
      {"one that holds again begins that row anew", 1, 3, "H..H...", "FfffffR"},
      {"one between the thresholds does too", 1, 3, "H..-...", "FfffffR"},
      {"one that is unknown does too", 1, 3, "H..?...", "FfffffR"},
      {"one that is missing does too", 1, 3, "H.._...", "Fff_ffR"},
      {"a firing that goes on for long", 3, 2, "HHHHHH.H.H..HHH", "PpFffffffffRPpF"},
      {"both rows at their shortest", 1, 1, "H.H.", "FRFR"},
  };
  for (const Row& row : kRows)
    for (const bool restarts : {false, true})
      EXPECT_EQ(run(rule_of(row.lasting, row.keep_firing_for), row.windows, restarts), row.became)
          << row.sentence << (restarts ? ", restarted" : "");
}

TEST(RuleState, a_for_that_is_no_whole_number_of_windows_ends_with_the_window_that_fills_it) {
  Rule rule = rule_of(0, 0);
  rule.lasting = std::chrono::seconds(150);
  EXPECT_EQ(run(rule, "HHH.", true), "PpFR");
}

TEST(RuleState, remembers_when_the_row_began_and_when_it_fired) {
  RuleState state;
  for (std::size_t i = 0; i < 5; ++i) state = advance(rule_of(5, 0), state, window_of('H', i)).next;
  EXPECT_EQ(state.phase, Phase::firing);
  EXPECT_EQ(state.since_ms, kBeginMs);
  EXPECT_EQ(state.fired_ms, kBeginMs + 5 * kMinuteMs);
}

TEST(RuleState, a_window_that_was_seen_or_comes_late_changes_nothing) {
  const Rule rule = rule_of(3, 0);
  RuleState state = advance(rule, {}, window_of('H', 20)).next;
  state = advance(rule, state, window_of('H', 21)).next;
  for (const std::size_t minute : {12, 19, 20, 21})
    for (const char kind : {'H', '.', '?'}) {
      const Advance again = advance(rule, state, window_of(kind, minute));
      EXPECT_EQ(again.next, state) << minute << kind;
      EXPECT_EQ(again.change, Change::none) << minute << kind;
    }
  EXPECT_EQ(advance(rule, state, window_of('H', 22)).change, Change::fired);
}

TEST(RuleState, a_clock_that_is_set_begins_the_rows_anew) {
  const Rule rule = rule_of(3, 3);
  for (const std::size_t minute : {std::size_t{0}, std::size_t{10}, std::size_t{500'000}}) {
    RuleState state = advance(rule, {}, window_of('H', 30)).next;
    state = advance(rule, state, window_of('H', 31)).next;
    for (const auto& [after, change] :
         {std::pair{0U, Change::none}, {1U, Change::none}, {2U, Change::fired}}) {
      const Advance advanced = advance(rule, state, window_of('H', minute + after));
      EXPECT_EQ(advanced.change, change) << minute << "+" << after;
      state = restarted(advanced.next);
    }
    state = advance(rule, state, window_of('.', minute + 3)).next;
    state = advance(rule, state, window_of('.', minute + 4)).next;
    EXPECT_EQ(advance(rule, state, window_of('.', 1'000'000)).change, Change::none);
    EXPECT_EQ(advance(rule, state, window_of('.', minute + 5)).change, Change::resolved);
  }
}

TEST(RuleState, bounds_that_are_out_by_no_more_than_half_a_window_adjoin) {
  struct Row {
    std::int64_t out_ms;
    bool adjoins;
  };
  for (const Row& row :
       {Row{0, true}, Row{30'000, true}, Row{30'001, false}, Row{-30'000, true}, Row{-30'001, false}}) {
    const RuleState state = advance(rule_of(10, 0), {}, window_of('H', 0)).next;
    WindowFacts window = window_of('H', 1);
    window.start_ms += row.out_ms, window.end_ms += row.out_ms;
    EXPECT_EQ(advance(rule_of(10, 0), state, window).next.since_ms, row.adjoins ? kBeginMs : window.start_ms)
        << row.out_ms;
  }
}

TEST(RuleState, bounds_that_no_clock_measured_change_nothing) {
  const RuleState state = advance(rule_of(3, 0), {}, window_of('H', 0)).next;
  for (const auto& [start_ms, end_ms] : {std::pair<std::int64_t, std::int64_t>{kBeginMs + 7, kBeginMs + 7},
                                         {kBeginMs + 200'000, kBeginMs + 100'000},
                                         {-5, 2 * kBeginMs},
                                         {kBeginMs, INT64_MAX}})
    EXPECT_EQ(advance(rule_of(3, 0), state, {start_ms, end_ms, true, false}).next, state) << start_ms;
}

TEST(RuleState, when_and_resolve_together_do_not_resolve) {
  const RuleState state = advance(rule_of(0, 0), {}, window_of('H', 0)).next;
  WindowFacts both = window_of('H', 1);
  both.resolves = true;
  EXPECT_EQ(advance(rule_of(0, 0), state, both).change, Change::none);
}

TEST(RuleState, whatever_the_stream_it_fires_and_resolves_in_turn) {
  EXPECT_TRUE(rc::check([] {
    const Rule rule = rule_of(*rc::gen::inRange(0, 4), *rc::gen::inRange(0, 4));
    const auto windows =
        *rc::gen::container<std::string>(rc::gen::element('H', 'H', '.', '.', '-', '?', '_'));
    const std::string became = run(rule, windows, *rc::gen::arbitrary<bool>());
    RC_ASSERT(became == run(rule, windows, false));
    bool firing = false;
    std::size_t row = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      row = windows[i] == 'H' ? row + 1 : 0;
      if (became[i] == 'F') RC_ASSERT(!firing && row >= static_cast<std::size_t>(rule.lasting / minutes(1)));
      if (became[i] == 'R') RC_ASSERT(firing && windows[i] == '.');
      firing = (firing || became[i] == 'F') && became[i] != 'R';
    }
  }));
}

TEST(RuleState, what_makes_no_sense_is_refused_by_name) {
  struct Row {
    std::string_view json, message;
  };
  constexpr Row kRows[] = {
      {R"([])", "the document: an object expected"},
      {R"({})", "phase: missing"},
      {R"({"phase":"asleep"})", "phase: inactive, pending or firing expected"},
      {R"({"phase":"inactive"})", "last_end_ms: missing"},
      {R"({"phase":"inactive","last_end_ms":-1})", "last_end_ms: a whole number of 0 or more expected"},
      {R"({"phase":"inactive","last_end_ms":9,"last_start_ms":10})", "last_start_ms: 10, at most 9 allowed"},
      {R"({"phase":"inactive","last_end_ms":9,"last_start_ms":5,"since_ms":5})", "since_ms: unknown"},
      {R"({"phase":"pending","last_end_ms":9,"last_start_ms":5})", "since_ms: missing"},
      {R"({"phase":"pending","last_end_ms":9,"last_start_ms":5,"since_ms":6})",
       "since_ms: 6, at most 5 allowed"},
      {R"({"phase":"pending","last_end_ms":9,"last_start_ms":5,"since_ms":5,"fired_ms":9})",
       "fired_ms: unknown"},
      {R"({"phase":"firing","last_end_ms":9,"last_start_ms":5,"since_ms":5})", "fired_ms: missing"},
      {R"({"phase":"firing","last_end_ms":9,"last_start_ms":5,"since_ms":5,"fired_ms":9,"resolving_since_ms":7})",
       "resolving_since_ms: 7, at most 5 allowed"},
      {R"({"phase":"firing","last_end_ms":9,"last_start_ms":5,"since_ms":5,"fired_ms":253402300799001})",
       "fired_ms: 253402300799001, at most 253402300799000 allowed"},
  };
  for (const Row& row : kRows) {
    const auto state = rule_state_from_json(nlohmann::json::parse(row.json));
    ASSERT_FALSE(state) << row.json;
    EXPECT_EQ(state.error().code, Code::bad_state);
    EXPECT_EQ(state.error().message, row.message) << row.json;
  }
}

}  // namespace
}  // namespace drover::policy
