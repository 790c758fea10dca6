#pragma once

#include "base/clock.h"
#include "harness.h"

namespace drover::e2e {

inline std::string seconds_text(UnixTime time) { return std::to_string(time.time_since_epoch().count()); }

/// The clock that the agent sees: it can be set while the agent runs.
class DeviceClock {
 public:
  explicit DeviceClock(const Path& file) : file_(file) {}
  [[nodiscard]] Words environment() const { return {"DROVER_FAKE_TIME=" + file_.string()}; }
  void set(UnixTime time) const {
    const Path beside = file_.string() + ".new";
    write_file(beside, seconds_text(time));
    std::filesystem::rename(beside, file_);
  }
  void set(const char* time) const { set(parse_time(time).value()); }
  void heal() const { std::filesystem::remove(file_); }

 private:
  Path file_;
};

}  // namespace drover::e2e
