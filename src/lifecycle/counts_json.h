#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "lifecycle/counts.h"

namespace drover::lifecycle {

/// Counts in state.json. What is 0 is left out, but for the first four keys: an older agent reads those.
nlohmann::json to_json(const Counts& counts);
/// Errors: bad_state that names the key, also for what no counting gives.
Result<Counts> to_counts(const nlohmann::json& from);

}  // namespace drover::lifecycle
