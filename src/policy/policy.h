#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace drover::policy {

/// How probation compares the error rates before and after a swap.
enum class ProbationRule : std::uint8_t {
  plain,  ///< after > before × (1 + max_increase) and after > before + min_absolute
};

std::string_view name(ProbationRule rule);

/// What a new version must show after the swap, and within which time.
struct Probation {
  std::chrono::milliseconds duration = std::chrono::minutes(10);
  std::uint64_t min_samples = 100;  ///< inferences on each side before the error rates are compared
  double max_increase = 0.10;       ///< relative increase of the error rate that is still allowed
  double min_absolute = 0.005;      ///< absolute increase of the error rate that is still allowed
  std::chrono::milliseconds adopt_within = std::chrono::minutes(5);
  std::uint64_t crash_max = 0;  ///< crashes of the application that are still allowed
  ProbationRule rule = ProbationRule::plain;

  bool operator==(const Probation&) const = default;
};

/// What to watch and what to do about it: the file policy.toml of a bundle (docs/formats/policy.md).
struct Policy {
  Probation probation;

  bool operator==(const Policy&) const = default;
};

/// What holds for a bundle without a policy.
Policy default_policy();

/// Reads policy.toml. Refuses unknown keys and values out of range; errors name line and column.
/// Errors: bad_toml, too_large (64 KiB).
Result<Policy> parse_policy(std::string_view toml);

}  // namespace drover::policy
