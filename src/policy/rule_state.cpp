#include "policy/rule_state.h"

#include <algorithm>
#include <cstdlib>

namespace drover::policy {
namespace {

std::int64_t length_of(const WindowFacts& window) { return window.end_ms - window.start_ms; }

/// Seen before, or come too late; or none that a clock can have measured.
bool is_old(const RuleState& state, const WindowFacts& window) {
  if (window.start_ms < 0 || window.end_ms <= window.start_ms || window.end_ms > kTimeMaxMs) return true;
  const std::int64_t back = state.last_end_ms - window.end_ms;
  return back >= 0 && back / length_of(window) < kSetBackWindows;
}

bool adjoins(const RuleState& state, const WindowFacts& window) {
  const std::int64_t longer = std::max(length_of(window), state.last_end_ms - state.last_start_ms);
  return std::abs(window.start_ms - state.last_end_ms) <= longer / 2;
}

bool lasts(std::int64_t since_ms, const WindowFacts& window, std::chrono::milliseconds wanted) {
  return window.end_ms - since_ms >= wanted.count();
}

/// `when` holds: the row begins or goes on, and the rule fires when it is long enough.
Change go_on(const Rule& rule, RuleState& state, const WindowFacts& window, bool is_in_row) {
  const bool began = state.phase == Phase::inactive;
  if (!is_in_row) state.since_ms = window.start_ms;
  state.phase = Phase::pending;
  if (!lasts(state.since_ms, window, rule.lasting)) return began ? Change::pending : Change::none;
  state.phase = Phase::firing;
  state.fired_ms = window.end_ms;
  return Change::fired;
}

Change await(const Rule& rule, RuleState& state, const WindowFacts& window, bool adjoining) {
  const bool was_pending = state.phase == Phase::pending;
  if (window.holds == true) return go_on(rule, state, window, was_pending && adjoining);
  state.phase = Phase::inactive;
  state.since_ms = 0;
  return was_pending ? Change::withdrawn : Change::none;
}

Change subside(const Rule& rule, RuleState& state, const WindowFacts& window, bool adjoining) {
  if (window.resolves != true || window.holds == true) {
    state.resolving_since_ms.reset();
    return Change::none;
  }
  if (!state.resolving_since_ms || !adjoining) state.resolving_since_ms = window.start_ms;
  if (!lasts(*state.resolving_since_ms, window, rule.keep_firing_for)) return Change::none;
  state = {.last_start_ms = state.last_start_ms, .last_end_ms = state.last_end_ms};
  return Change::resolved;
}

}  // namespace

Advance advance(const Rule& rule, const RuleState& state, const WindowFacts& window) {
  if (is_old(state, window)) return {.next = state, .change = Change::none, .is_old = true};
  const bool adjoining = adjoins(state, window);
  Advance answer{.next = state};
  answer.next.last_start_ms = window.start_ms;
  answer.next.last_end_ms = window.end_ms;
  answer.change = state.phase == Phase::firing ? subside(rule, answer.next, window, adjoining)
                                               : await(rule, answer.next, window, adjoining);
  return answer;
}

}  // namespace drover::policy
