#pragma once

// Inside policy only: the parts of policy.toml, a file each. Errors: bad_toml with line and column.
#include "base/toml.h"
#include "policy/policy.h"

namespace drover::policy {

Status read_probation(const toml::node& node, Policy& policy);
/// `document`: the whole text, by which a fault inside a condition finds its place.
Status read_rules(const toml::node& node, std::string_view document, Policy& policy);

/// What no table can see alone.
Status check_whole(const Policy& policy);

}  // namespace drover::policy
