#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/ids.h"
#include "base/result.h"

namespace drover::agent {

/// The model that a request to the agent names with "model", or the only one that is here. Errors:
/// invalid_argument when it names none of several, or none that can be read; not_found.
Result<ModelName> meant_model(const nlohmann::json& request, const std::vector<ModelName>& here);

}  // namespace drover::agent
