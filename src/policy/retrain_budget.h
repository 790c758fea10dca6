#pragma once

#include <cstdint>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "policy/retrain.h"

/// Whether it is time for another retraining: pure, and kept over a restart as JSON.
namespace drover::policy {

/// When retrainings were asked for, in ms since 1970, the oldest first: those of the last 24 hours, and the
/// newest.
struct RetrainState {
  std::vector<std::int64_t> asked_ms = {};
  bool operator==(const RetrainState&) const = default;
};

enum class RetrainAnswer : std::uint8_t {
  yes,
  debounced,  // one was asked for less than `debounce` ago
  spent,      // `daily_budget` of them in the last 24 hours
};

struct RetrainDecision {
  RetrainAnswer answer = RetrainAnswer::yes;
  RetrainState next;         // to be kept, before the retraining is asked for
  std::int64_t wait_ms = 0;  // until the answer would be yes
};

/// With yes, `next` counts the retraining. What was asked for in the future, by a clock that was set back
/// since, counts as asked for now: it delays the next one by as much as it may, and not until that future.
RetrainDecision may_retrain(const RetrainState& state, const Retrain& retrain, std::int64_t now_ms);

/// "yes", "debounced", "spent".
std::string_view name(RetrainAnswer answer);

nlohmann::json to_json(const RetrainState& state);
/// Errors: bad_state that names the key.
Result<RetrainState> retrain_state_from_json(const nlohmann::json& json);

}  // namespace drover::policy
