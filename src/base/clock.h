#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover {

/// Seconds since 1970-01-01T00:00:00Z, as the OS tells them; on a device it may be wrong
/// (lifecycle/trusted_time.h).
using UnixTime = std::chrono::sys_seconds;
/// Never goes back; says nothing about the date.
using Monotonic = std::chrono::nanoseconds;

/// The door to both clocks; tests replace it.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UnixTime now() const = 0;
  [[nodiscard]] virtual Monotonic monotonic() const = 0;
};

/// The machine's own clocks. DROVER_FAKE_TIME (agent-config.md) shifts now(), for tests of wrong clocks.
Clock& system_clock();

/// A clock that stands still until told.
class ManualClock : public Clock {
 public:
  explicit ManualClock(UnixTime now) : now_(now) {}
  [[nodiscard]] UnixTime now() const override { return now_; }
  [[nodiscard]] Monotonic monotonic() const override { return monotonic_; }
  void set(UnixTime now) { now_ = now; }
  void advance(std::chrono::nanoseconds by) {
    monotonic_ += by;
    now_ += std::chrono::duration_cast<std::chrono::seconds>(by);
  }

 private:
  UnixTime now_;
  Monotonic monotonic_{0};
};

/// "2026-01-31T12:00:00Z", the only form of a date in Drover's files (TUF 1.0.34 §4.2.1).
std::string format_time(UnixTime time);
Result<UnixTime> parse_time(std::string_view text);

/// "5m", "1h", "90s", "250ms", "7d": a duration in configuration.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace drover
