#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace drover::defect {

using Json = nlohmann::ordered_json;

/// The member's text; empty when it is absent or null, as a device without a model answers.
std::string text(const Json& object, std::string_view key);

/// A program of the fleet that runs until it is told to stop; what it says goes to a log file, appended over
/// restarts.
class Daemon {
 public:
  Daemon() = default;
  static Result<Daemon> start(std::vector<std::string> argv, std::filesystem::path log, bool outlives_us);
  Daemon(Daemon&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Daemon& operator=(Daemon&& other) noexcept {
    if (this != &other) stop();
    pid_ = std::exchange(other.pid_, -1);
    return *this;
  }
  ~Daemon() { stop(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// SIGTERM, and SIGKILL after five seconds.
  void stop();
  /// SIGKILL: what a power cut is to a process.
  void kill();
  /// Leaves it running when this object goes.
  void release() { pid_ = -1; }

 private:
  explicit Daemon(pid_t pid) : pid_(pid) {}
  bool gone(bool wait);
  pid_t pid_ = -1;
};

/// Runs a program to its end and reads its answer as JSON. A refusal becomes an Error with the program's own
/// words.
Result<Json> ask(std::vector<std::string> argv, std::chrono::seconds time_max = std::chrono::seconds(60));

/// A TCP port of 127.0.0.1 that nobody listens on now.
Result<int> free_port();

}  // namespace drover::defect
