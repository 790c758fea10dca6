#include "lifecycle/retry.h"

#include <algorithm>

namespace drover::lifecycle {
namespace {

using std::chrono::milliseconds;

milliseconds doubled(milliseconds first, milliseconds longest, std::uint64_t times) {
  milliseconds delay = first;
  for (std::uint64_t i = 0; i < times && delay < longest; ++i) delay *= 2;
  return std::min(delay, longest);
}

}  // namespace

milliseconds retry_delay(const RetryLimits& limits, std::uint64_t attempt, double jitter) {
  const milliseconds whole =
      doubled(limits.first, limits.longest, attempt - std::min<std::uint64_t>(attempt, 1));
  return whole / 2 + milliseconds(static_cast<std::int64_t>(static_cast<double>(whole.count()) / 2 * jitter));
}

bool worth_another_round(Code code) {
  switch (category(code)) {
    case Category::unavailable:
    case Category::exhausted:
    case Category::untrusted:
      return true;
    case Category::corrupt:
    case Category::refused:
    case Category::internal:
      return false;
  }
  return false;
}

bool is_about_time(Code code) { return code == Code::clock_untrusted || code == Code::metadata_expired; }

milliseconds round_delay(const RetryLimits& limits, Code code, std::uint64_t rounds, double jitter) {
  return retry_delay(limits, is_about_time(code) ? 1 : rounds, jitter);
}

}  // namespace drover::lifecycle
