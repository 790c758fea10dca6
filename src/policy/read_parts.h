#pragma once

// Inside policy only: the parts of policy.toml, a file each. Errors: bad_toml with line and column.
#include "base/toml.h"
#include "policy/policy.h"

namespace drover::policy {

Status read_probation(const toml::node& node, Policy& policy);
/// `document`: the whole text, by which a fault inside a condition finds its place.
Status read_rules(const toml::node& node, std::string_view document, Policy& policy);
Status read_detectors(const toml::node& node, Policy& policy);
Status read_retrain(const toml::node& node, Policy& policy);
Status read_sensors(const toml::node& node, Policy& policy);
Status read_override(const toml::node& node, Policy& policy);

/// A document of [[rule]] and [[detector]] alone, where a name stands once.
Result<Policy> read_overrides(std::string_view document);

/// What no table can see alone: names are unique, and what is named is there.
Status check_whole(const Policy& policy);
Status check_names(const Policy& policy);

}  // namespace drover::policy
