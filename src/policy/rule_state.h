#pragma once

#include <cstdint>
#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "policy/rule.h"

/// How a rule goes on from one window to the next: pure, and kept over a restart as JSON.
namespace drover::policy {

/// What a closed window says of a rule. Its times are the nominal bounds of the device's windows in ms since
/// 1970, so that five windows of a minute last five minutes.
struct WindowFacts {
  std::int64_t start_ms = 0, end_ms = 0;
  std::optional<bool> holds = {};     // `when`; none: too few samples, or no figure
  std::optional<bool> resolves = {};  // `resolve`, likewise
};

enum class Phase : std::uint8_t {
  inactive,
  pending,  // `when` holds, not yet for long enough
  firing,
};

/// The last moment that a time of a window may name: 9999-12-31T23:59:59Z.
inline constexpr std::int64_t kTimeMaxMs = 253'402'300'799'000;

struct RuleState {
  Phase phase = Phase::inactive;
  std::int64_t since_ms = 0;  // pending, firing: start of the first window of the row that fires
  std::int64_t fired_ms = 0;  // firing: end of the window that fired
  std::optional<std::int64_t> resolving_since_ms = {};  // firing: start of the row of those that resolve
  std::int64_t last_start_ms = 0, last_end_ms = 0;      // the last window looked at; equal before the first

  bool operator==(const RuleState&) const = default;
};

enum class Change : std::uint8_t {
  none,
  pending,
  fired,
  resolved,
  withdrawn,  // it held, and no longer does, and had not fired
};

struct Advance {
  RuleState next;
  Change change = Change::none;
  bool is_old = false;  // the window was not looked at
};

/// What the end of a window makes of the state.
///
/// A *row* is windows in each of which the condition holds and each of which adjoins the one before: begins
/// where that ended, give or take half a window. `when` fires at the end of the window with which its row
/// lasts `for`, `resolve` ends the firing likewise after `keep_firing_for`, and a rule that fires does not
/// fire again before. A window in which a condition is unknown, a missing one, or a clock that was set ends a
/// row; they resolve nothing: silence is no recovery. A window that ends no later than the last one was seen
/// before, or came too late, and changes nothing, unless it ends more than kSetBackWindows windows earlier:
/// then the clock was set back.
Advance advance(const Rule& rule, const RuleState& state, const WindowFacts& window);
inline constexpr std::int64_t kSetBackWindows = 10;

/// "inactive", "pending", "firing".
std::string_view name(Phase phase);
std::string_view name(Change change);

nlohmann::json to_json(const RuleState& state);
/// Errors: bad_state that names the key.
Result<RuleState> rule_state_from_json(const nlohmann::json& json);

}  // namespace drover::policy
