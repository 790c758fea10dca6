#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace drover::defect {

/// A process of a demo's. Pids come again; a pid with the time at which it started does not.
struct ListedProcess {
  pid_t pid = -1;
  std::uint64_t started = 0;  // as /proc/PID/stat tells it
  std::string program;

  [[nodiscard]] bool lives() const;
};

/// The process `pid` as it is now; none when it is gone or a zombie.
std::optional<ListedProcess> look_at(pid_t pid, const std::string& program);

/// A demo's processes in the order of their starts, one a line: PID START PROGRAM. Each start adds its own
/// line, and nothing takes one away: who no longer lives is told by the time.
class PidFile {
 public:
  explicit PidFile(std::filesystem::path path) : path_(std::move(path)) {}

  Status add(pid_t pid, const std::string& program) const;
  [[nodiscard]] std::vector<ListedProcess> living() const;
  /// SIGTERM to all that live but this process, the newest first, and SIGKILL to who is there after ten
  /// seconds. What was stopped.
  std::vector<ListedProcess> stop() const;

 private:
  std::filesystem::path path_;
};

}  // namespace drover::defect
