#include "camera_clock.h"

#include <algorithm>
#include <cmath>

namespace drover::defect {

using std::chrono::nanoseconds;

CameraClock::CameraClock(double rate_hz, std::uint64_t buffer, TimePoint start)
    : period_(rate_hz > 0 ? nanoseconds(std::max(1LL, std::llround(1e9 / rate_hz))) : nanoseconds(0)),
      buffer_(std::max<std::uint64_t>(1, buffer)),
      start_(start) {}

std::uint64_t CameraClock::taken(TimePoint now) const {
  if (period_.count() == 0) return next_;
  if (now < start_) return 0;
  return static_cast<std::uint64_t>((now - start_) / period_) + 1;
}

std::optional<std::uint64_t> CameraClock::next(TimePoint now) {
  if (period_.count() == 0) return next_++;
  const std::uint64_t there = taken(now);
  if (next_ >= there) return std::nullopt;
  if (const std::uint64_t waiting = there - next_; waiting > buffer_) {
    lost_ += waiting - buffer_;
    next_ = there - buffer_;
  }
  return next_++;
}

}  // namespace drover::defect
