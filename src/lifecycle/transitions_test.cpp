#include "lifecycle/transitions.h"

#include <gtest/gtest.h>

#include <set>

namespace drover::lifecycle {
namespace {

const std::vector<State>& states() {
  static const std::vector<State> all = [] {
    std::vector<State> list;
    for (std::size_t i = 0; i < kStates; ++i) list.push_back(static_cast<State>(i));
    return list;
  }();
  return all;
}

const std::vector<Event>& events() {
  static const std::vector<Event> all = [] {
    std::vector<Event> list;
    for (std::size_t i = 0; i < kEvents; ++i) list.push_back(static_cast<Event>(i));
    return list;
  }();
  return all;
}

bool enters(State from, Event event, State to) { return next(from, event) == Transition{to, Action::enter}; }

TEST(Transitions, every_state_and_event_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (const State state : states()) {
    names.insert(name(state));
    EXPECT_EQ(state_named(name(state)), state);
  }
  EXPECT_EQ(names.size(), kStates);
  names.clear();
  for (const Event event : events()) names.insert(name(event));
  EXPECT_EQ(names.size(), kEvents);
  EXPECT_FALSE(state_named("sleeping"));
}

TEST(Transitions, every_cell_is_decided_and_only_enter_leaves_a_state) {
  for (const State state : states())
    for (const Event event : events()) {
      const Transition transition = next(state, event);
      if (transition.action != Action::enter)
        EXPECT_EQ(transition.next, state) << name(state) << " " << name(event);
    }
}

TEST(Transitions, only_reporting_leads_to_idle) {
  for (const State state : states())
    for (const Event event : events())
      if (state != State::idle && enters(state, event, State::idle))
        EXPECT_EQ(state, State::reporting) << name(state) << " " << name(event);
}

TEST(Transitions, from_every_state_idle_can_be_reached) {
  std::set<State> reaches = {State::idle};
  for (std::size_t round = 0; round < kStates; ++round)
    for (const State state : states())
      for (const Event event : events())
        if (reaches.contains(next(state, event).next)) reaches.insert(state);
  EXPECT_EQ(reaches.size(), kStates);
}

TEST(Transitions, a_restart_does_the_work_of_the_state_again_but_hashes_what_was_being_unpacked) {
  for (const State state : states()) {
    const State again = state == State::staging ? State::verifying : state;
    EXPECT_TRUE(enters(state, Event::restarted, again)) << name(state);
  }
}

TEST(Transitions, a_working_state_that_gives_up_reports) {
  for (const State state : states()) {
    const bool rests = state == State::idle || state == State::probation || state == State::holding;
    if (rests || state == State::reporting) continue;
    EXPECT_TRUE(enters(state, Event::failed, State::reporting)) << name(state);
    EXPECT_EQ(next(state, Event::interrupted).action, Action::wait) << name(state);
    EXPECT_EQ(next(state, Event::retry_due), next(state, Event::restarted)) << name(state);
  }
}

TEST(Transitions, an_assignment_is_taken_up_at_once_or_remembered_and_never_lost) {
  for (const State state : states()) {
    const Action action = next(state, Event::assigned).action;
    EXPECT_TRUE(action == Action::enter || action == Action::remember) << name(state);
  }
}

TEST(Transitions, active_changes_only_in_switching_and_rolling_back) {
  for (const State state : states())
    for (const Event event : events()) {
      if (enters(state, event, State::probation) && state != State::probation)
        EXPECT_TRUE(state == State::switching || state == State::reporting);
      if (enters(state, event, State::switching) && state != State::switching)
        EXPECT_EQ(std::pair(state, event), std::pair(State::smoke_testing, Event::smoke_passed));
    }
}

TEST(Transitions, the_active_version_is_replaced_or_repaired_only_when_nothing_else_is_under_way) {
  for (const State state : states()) {
    const bool rests = state == State::idle || state == State::probation || state == State::holding;
    EXPECT_EQ(next(state, Event::unfit),
              (rests ? Transition{State::rolling_back, Action::enter} : Transition{state, Action::ignore}))
        << name(state);
    EXPECT_EQ(next(state, Event::mend_due),
              (rests ? Transition{State::checking, Action::enter} : Transition{state, Action::ignore}))
        << name(state);
  }
}

TEST(Transitions, a_verdict_that_comes_late_changes_nothing) {
  for (const State state : states())
    for (const Event event : {Event::passed, Event::condemned, Event::undecided})
      if (state != State::probation && state != State::holding)
        EXPECT_EQ(next(state, event).action, Action::ignore) << name(state);
}

}  // namespace
}  // namespace drover::lifecycle
