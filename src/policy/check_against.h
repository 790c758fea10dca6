#pragma once

#include <span>
#include <string>

#include "policy/policy.h"

namespace drover::policy {

/// What a bundle gives names to, or has.
struct BundleNames {
  std::span<const std::string> features = {};  // of the baseline
  std::span<const std::string> labels = {};    // of the manifest; where there are none a class is its number
  bool has_confidence = false;                 // in the baseline, like the classes
  bool has_classes = false;
  bool has_holdout = false;
};

/// Whether all that rules and detectors name is there: what can be seen only where policy, baseline and
/// manifest come together. Errors: bad_toml with line and column in the policy.
Status check_against(const Policy& policy, const BundleNames& names);

}  // namespace drover::policy
