#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace drover::agent {

/// The model that a request to the agent names, or the only one that is here. Errors: invalid_argument when
/// it names none of several; not_found.
Result<ModelName> meant_model(const std::optional<ModelName>& named, const std::vector<ModelName>& here);

}  // namespace drover::agent
