#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "policy/action.h"
#include "policy/condition.h"
#include "policy/place.h"

namespace drover::policy {

/// A [[rule]]: what is to hold for how long, and what follows. How it goes on from window to window stands in
/// rule_state.h.
struct Rule {
  std::string name = {};  // [a-z0-9-]{1,64}
  Condition when = {};
  std::chrono::milliseconds lasting{0};          // `for`; 0: one window is enough
  Condition resolve = {};                        // of which no figure makes it hold together with `when`
  std::chrono::milliseconds keep_firing_for{0};  // how long `resolve` must hold
  std::chrono::milliseconds over{0};             // the span the figures are taken over; 0: the window alone
  std::uint64_t min_samples = 30;                // of that span; where they are fewer the figure is unknown
  Actions actions = {Action::alert};
  Place at = {}, when_of_at = {}, resolve_of_at = {};  // of the rule, and of what stands in the brackets

  bool operator==(const Rule&) const = default;
};

inline constexpr std::size_t kRulesMax = 64;
/// The default of min_samples where `when` is a distance: 50 for each of PSI's ten bins, and as many for KS.
inline constexpr std::uint64_t kDistanceSamples = 500;
/// The windows of such a span are kept in memory.
inline constexpr std::chrono::milliseconds kOverMax = std::chrono::days(1);

}  // namespace drover::policy
