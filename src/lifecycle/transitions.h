#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace drover::lifecycle {

/// Where an update of one model stands. The names are wire values: they stand in shadows and in state.json.
enum class State : std::uint8_t {
  idle,           ///< nothing to do; the active version runs
  checking,       ///< metadata refreshed, a variant chosen, space and memory looked at
  downloading,    ///< the bundle comes into staging
  verifying,      ///< its SHA-256 is compared with the signed one
  staging,        ///< it is unpacked
  smoke_testing,  ///< the worker runs the golden samples
  switching,      ///< `active` is pointed at it
  probation,      ///< it must show that it is no worse
  holding,        ///< probation's time is over and nothing decided: it runs on, uncommitted
  committing,     ///< it stays; what is too old is removed
  rolling_back,   ///< `active` is pointed at an earlier version
  reporting,      ///< the outcome is made known, staging emptied
};
inline constexpr std::size_t kStates = 12;

enum class Event : std::uint8_t {
  assigned,            ///< another version was assigned, or the same one anew
  rollback_asked,      ///< by a person
  restarted,           ///< the agent came up and found this state on the disk
  retry_due,           ///< the wait after an interruption is over
  interrupted,         ///< the action could not be finished now and may be tried again
  failed,              ///< the action failed for good
  already_active,      ///< the assigned version is the one that runs
  on_disk,             ///< it is one of the kept versions
  chosen,              ///< a variant fits and has to be fetched
  downloaded,          ///< every byte is there
  verified,            ///< the digest is the signed one
  unpacked,            ///< the version's directory is complete
  smoke_passed,        ///< the worker's outputs, latency and memory are as they should be
  switched,            ///< `active` names it
  passed,              ///< probation's verdict
  undecided,           ///< probation's time is over without a verdict
  condemned,           ///< probation's verdict
  committed,           ///< what commits is done
  restored,            ///< `active` names the earlier version
  nothing_to_restore,  ///< no earlier version is kept
  reported,            ///< the outcome is known and the active version is committed
  on_trial,            ///< the outcome is known and the active version has its probation still before it
  unfit,               ///< the active version lost its qualification, and a kept one has it
  mend_due,            ///< a damaged version is to be fetched again
  retest_due,          ///< a version that failed under another environment is to be tested under this one
  mended,              ///< the active version is whole again and passed
  returned,            ///< `active` names a version again that had its probation behind it
};
inline constexpr std::size_t kEvents = 27;

/// What follows an event.
enum class Action : std::uint8_t {
  enter,     ///< write the next state durably, then do what it does
  wait,      ///< stay; the state's work again after a while, `failed` when tried too often
  remember,  ///< stay; come back to the assignment when idle or on trial
  refuse,    ///< stay; tell the person that it cannot be done now
  ignore,    ///< stay; the event is late or repeats what is known
};

struct Transition {
  State next;
  Action action;
  bool operator==(const Transition&) const = default;
};

/// The whole of an update's life (the table is in transitions.cpp); total.
Transition next(State state, Event event);

std::string_view name(State state);
std::string_view name(Event event);
std::optional<State> state_named(std::string_view name);

/// Up to here `active` has not been touched, so the update can be dropped without a trace.
constexpr bool before_switch(State state) {
  return state >= State::checking && state <= State::smoke_testing;
}

}  // namespace drover::lifecycle
