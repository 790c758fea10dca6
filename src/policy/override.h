#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/place.h"

namespace drover::policy {

struct Policy;

/// [override]: the rules and detectors that an operator may change on a device; "*": all.
struct Overridable {
  std::vector<std::string> names = {};
  Places at = {};

  [[nodiscard]] bool has(std::string_view name) const;
  bool operator==(const Overridable&) const = default;
};

/// The signed policy as an operator changed it on a device: each [[rule]] and [[detector]] of `toml` takes
/// the place of the one of its name. Errors: those of parse_policy(), with the place in `toml`, also for a
/// name that the policy does not have or does not allow to be changed.
Result<Policy> overridden(const Policy& policy, std::string_view toml);

}  // namespace drover::policy
