#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lifecycle/record.h"

namespace drover::lifecycle {

/// One model's part of state.json. What is empty is left out.
nlohmann::json record_to_json(const Record& record);
/// Errors: bad_state with the key.
Result<Record> record_from_json(const nlohmann::json& json);

}  // namespace drover::lifecycle
