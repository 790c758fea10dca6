#pragma once

// Inside policy only: the parts of policy.toml, a file each. Errors: bad_toml with line and column.
#include "base/toml.h"
#include "policy/policy.h"

namespace drover::policy {

Status read_probation(const toml::node& node, Policy& policy);

}  // namespace drover::policy
