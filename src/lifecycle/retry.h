#pragma once

#include <chrono>
#include <cstdint>

#include "base/error.h"

namespace drover::lifecycle {

/// How often and how far apart one step of an update is tried.
struct RetryLimits {
  std::chrono::milliseconds first = std::chrono::seconds(5);
  std::chrono::milliseconds longest = std::chrono::minutes(10);
  std::uint64_t attempts_max = 6;  // without progress
};

/// The wait after the `attempt`-th failure (from 1): doubled each time up to the longest; `jitter` in [0, 1)
/// places it in the upper half of that.
std::chrono::milliseconds retry_delay(const RetryLimits& limits, std::uint64_t attempt, double jitter);

/// Whether an assignment that failed with this code is tried again by itself, or only when somebody decides
/// anew. What a peer, the disk or the clock refused may go well next time; a repository may be repaired; but
/// a version that this device refused stays refused.
bool worth_another_round(Code code);

/// Whether it was the clock that stood in the way, or may have been.
bool is_about_time(Code code);

/// The wait before the next round as a whole, after `rounds` failed ones that ended with `code`: longer each
/// time, but for what costs nothing to look at again (the clock, expired metadata).
std::chrono::milliseconds round_delay(const RetryLimits& limits, Code code, std::uint64_t rounds,
                                      double jitter);

}  // namespace drover::lifecycle
