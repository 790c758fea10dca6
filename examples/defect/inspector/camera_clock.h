#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace drover::defect {

/// When a camera takes its images: one every period by the clock, whether or not anybody looks. Its buffer
/// keeps the newest; an image that was overwritten before anybody took it is lost. The first one is taken at
/// `start`.
class CameraClock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `rate_hz` 0: an image whenever one is asked for, and none is ever lost. `buffer` is at least 1.
  CameraClock(double rate_hz, std::uint64_t buffer, TimePoint start);

  /// How many images there have been up to `now`.
  [[nodiscard]] std::uint64_t taken(TimePoint now) const;
  /// The sequence number of the oldest image in the buffer, which leaves it; none when it is empty.
  std::optional<std::uint64_t> next(TimePoint now);
  /// When the image after the last one given is there.
  [[nodiscard]] TimePoint due() const { return start_ + static_cast<std::int64_t>(next_) * period_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  std::chrono::nanoseconds period_;  // 0: on demand
  std::uint64_t buffer_, next_ = 0, lost_ = 0;
  TimePoint start_;
};

}  // namespace drover::defect
