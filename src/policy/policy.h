#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/probation.h"
#include "policy/rule.h"

namespace drover::policy {

/// What to watch and what to do about it: the file policy.toml of a bundle (docs/formats/policy.md).
struct Policy {
  Probation probation;
  std::vector<Rule> rules;  // in the file's order

  bool operator==(const Policy&) const = default;
};

/// What holds for a bundle without a policy.
Policy default_policy();

/// Reads policy.toml. Refuses unknown keys and values out of range; errors name line and column.
/// Errors: bad_toml, too_large (64 KiB).
Result<Policy> parse_policy(std::string_view toml);

}  // namespace drover::policy
