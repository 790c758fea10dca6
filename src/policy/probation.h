#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

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

}  // namespace drover::policy
