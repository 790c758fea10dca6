#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace drover::policy {

/// How probation compares figures before and after a swap: before_after.h.
enum class ProbationRule : std::uint8_t {
  plain,  ///< the figures themselves; errs the more often the more often one looks
  guard,  ///< bounds of theirs that hold at all times at once
};

std::string_view name(ProbationRule rule);

/// What a new version must show after the swap, and within which time.
struct Probation {
  std::chrono::milliseconds duration = std::chrono::minutes(10);
  std::uint64_t min_samples = 100;    ///< inferences on each side before anything of them is compared
  std::uint64_t min_labels = 50;      ///< labels on each side before the rates of wrong ones are
  double max_increase = 0.10;         ///< relative increase of an error rate that is still allowed
  double min_absolute = 0.005;        ///< absolute increase of an error rate that is still allowed
  double confidence_drop_max = 0.15;  ///< absolute fall of the mean confidence that is still allowed
  double latency_increase_max = 1.0;  ///< relative increase of the latency's p95 with which it can pass
  bool drift = false;                 ///< an alarm of a detector fails it
  std::chrono::milliseconds adopt_within = std::chrono::minutes(5);
  std::uint64_t crash_max = 0;  ///< crashes of the application that are still allowed
  ProbationRule rule = ProbationRule::plain;
  double alpha = 0.01;  ///< of the guard: probability that it is ever wrong

  bool operator==(const Probation&) const = default;
};

}  // namespace drover::policy
