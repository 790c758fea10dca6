#include "lifecycle/transitions.h"

#include "base/assert.h"

namespace drover::lifecycle {
namespace {

/// One cell: the state to enter, or what to do in place.
struct Cell {
  Action action;
  State state = State::idle;
};

constexpr Cell enter(State state) { return {Action::enter, state}; }

// clang-format off
constexpr Cell idle  = enter(State::idle);
constexpr Cell chck  = enter(State::checking);
constexpr Cell down  = enter(State::downloading);
constexpr Cell vrfy  = enter(State::verifying);
constexpr Cell stag  = enter(State::staging);
constexpr Cell smok  = enter(State::smoke_testing);
constexpr Cell swit  = enter(State::switching);
constexpr Cell prob  = enter(State::probation);
constexpr Cell hold  = enter(State::holding);
constexpr Cell comm  = enter(State::committing);
constexpr Cell roll  = enter(State::rolling_back);
constexpr Cell rept  = enter(State::reporting);
constexpr Cell wait  = {Action::wait};
constexpr Cell later = {Action::remember};
constexpr Cell no    = {Action::refuse};
constexpr Cell o     = {Action::ignore};

// A restart repeats the work of the state it finds; only a half-unpacked bundle is hashed again first, since what
// was written last may be torn. Before the switch everything can be dropped, after it nothing: a switch, a
// rollback and a commit are carried to their end, and an assignment that comes meanwhile waits. Every way to idle
// leads through reporting. A repair takes the way of an update and gives way to one (requalification.h).
constexpr Cell kTable[kEvents][kStates] = {
//                        idle  check. downl. verif. stag.  smoke  switch probat. hold.  commit rollb. report.
/* assigned           */ {chck,  chck,  chck,  chck,  chck,  chck,  later, chck,  chck,  later, later, later},
/* rollback_asked     */ {roll,  roll,  roll,  roll,  roll,  roll,  no,    roll,  roll,  no,    no,    no   },
/* restarted          */ {idle,  chck,  down,  vrfy,  vrfy,  smok,  swit,  prob,  hold,  comm,  roll,  rept },
/* retry_due          */ {o,     chck,  down,  vrfy,  vrfy,  smok,  swit,  o,     o,     comm,  roll,  rept },
/* interrupted        */ {o,     wait,  wait,  wait,  wait,  wait,  wait,  o,     o,     wait,  wait,  wait },
/* failed             */ {o,     rept,  rept,  rept,  rept,  rept,  rept,  o,     o,     rept,  rept,  idle },
/* already_active     */ {o,     rept,  o,     o,     o,     o,     o,     o,     o,     o,     o,     o    },
/* on_disk            */ {o,     smok,  o,     o,     o,     o,     o,     o,     o,     o,     o,     o    },
/* chosen             */ {o,     down,  o,     o,     o,     o,     o,     o,     o,     o,     o,     o    },
/* downloaded         */ {o,     o,     vrfy,  o,     o,     o,     o,     o,     o,     o,     o,     o    },
/* verified           */ {o,     o,     o,     stag,  o,     o,     o,     o,     o,     o,     o,     o    },
/* unpacked           */ {o,     o,     o,     o,     smok,  o,     o,     o,     o,     o,     o,     o    },
/* smoke_passed       */ {o,     o,     o,     o,     o,     swit,  o,     o,     o,     o,     o,     o    },
/* switched           */ {o,     o,     o,     o,     o,     o,     prob,  o,     o,     o,     o,     o    },
/* passed             */ {o,     o,     o,     o,     o,     o,     o,     comm,  comm,  o,     o,     o    },
/* undecided          */ {o,     o,     o,     o,     o,     o,     o,     hold,  o,     o,     o,     o    },
/* condemned          */ {o,     o,     o,     o,     o,     o,     o,     roll,  roll,  o,     o,     o    },
/* committed          */ {o,     o,     o,     o,     o,     o,     o,     o,     o,     rept,  o,     o    },
/* restored           */ {o,     o,     o,     o,     o,     o,     o,     o,     o,     o,     rept,  o    },
/* nothing_to_restore */ {o,     o,     o,     o,     o,     o,     o,     o,     o,     o,     rept,  o    },
/* reported           */ {o,     o,     o,     o,     o,     o,     o,     o,     o,     o,     o,     idle },
/* on_trial           */ {o,     o,     o,     o,     o,     o,     o,     o,     o,     o,     o,     prob },
/* unfit              */ {roll,  o,     o,     o,     o,     o,     o,     roll,  roll,  o,     o,     o    },
/* mend_due           */ {chck,  o,     o,     o,     o,     o,     o,     chck,  chck,  o,     o,     o    },
/* retest_due         */ {smok,  o,     o,     o,     o,     o,     o,     o,     o,     o,     o,     o    },
/* mended             */ {o,     o,     o,     o,     o,     rept,  o,     o,     o,     o,     o,     o    },
/* returned           */ {o,     o,     o,     o,     o,     o,     rept,  o,     o,     o,     o,     o    },
};
// clang-format on

constexpr std::array<std::string_view, kStates> kStateNames = {
    "idle",      "checking",  "downloading", "verifying",  "staging",      "smoke_testing",
    "switching", "probation", "holding",     "committing", "rolling_back", "reporting"};

constexpr std::array<std::string_view, kEvents> kEventNames = {
    "assigned",  "rollback_asked", "restarted",    "retry_due", "interrupted",
    "failed",    "already_active", "on_disk",      "chosen",    "downloaded",
    "verified",  "unpacked",       "smoke_passed", "switched",  "passed",
    "undecided", "condemned",      "committed",    "restored",  "nothing_to_restore",
    "reported",  "on_trial",       "unfit",        "mend_due",  "retest_due",
    "mended",    "returned"};

}  // namespace

Transition next(State state, Event event) {
  const Cell& cell = kTable[static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
  return {cell.action == Action::enter ? cell.state : state, cell.action};
}

std::string_view name(State state) { return kStateNames.at(static_cast<std::size_t>(state)); }
std::string_view name(Event event) { return kEventNames.at(static_cast<std::size_t>(event)); }

std::optional<State> state_named(std::string_view name) {
  for (std::size_t i = 0; i < kStates; ++i)
    if (kStateNames[i] == name) return static_cast<State>(i);
  return std::nullopt;
}

}  // namespace drover::lifecycle
