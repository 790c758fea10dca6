#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/detector_choice.h"
#include "policy/override.h"
#include "policy/probation.h"
#include "policy/retrain.h"
#include "policy/rule.h"
#include "policy/sensor_range.h"

namespace drover::policy {

/// What to watch and what to do about it: the file policy.toml of a bundle (docs/formats/policy.md).
struct Policy {
  Probation probation = {};
  std::vector<Rule> rules = {};                // in the file's order
  std::vector<DetectorChoice> detectors = {};  // likewise
  std::optional<Retrain> retrain = {};
  std::vector<SensorRange> sensors = {};
  Overridable overridable = {};

  bool operator==(const Policy&) const = default;
};

/// What holds for a bundle without a policy, and of a policy for what it does not say: no rules, and one
/// detector, which alerts.
Policy default_policy();
/// The same as a policy.toml that says everything.
std::string_view default_policy_text();

/// Reads policy.toml. Refuses unknown keys and values out of range; errors name line and column.
/// Errors: bad_toml, too_large (64 KiB).
Result<Policy> parse_policy(std::string_view toml);

}  // namespace drover::policy
