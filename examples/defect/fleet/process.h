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

/// The last line of a text file; empty when there is none.
std::string last_line(const std::filesystem::path& file);

/// A program of the fleet that runs until it is told to stop; what it says goes to a log file, appended over
/// restarts.
class Daemon {
 public:
  Daemon() = default;
  struct Options {
    std::filesystem::path log;
    std::filesystem::path pids;  // the PidFile that it is entered into
    bool outlives_us = false;    // else the kernel kills it when this process ends, however that is
  };
  static Result<Daemon> start(std::vector<std::string> argv, const Options& options);
  Daemon(Daemon&& other) noexcept : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}
  Daemon& operator=(Daemon&& other) noexcept {
    if (this != &other) stop();
    pid_ = std::exchange(other.pid_, -1);
    exit_code_ = other.exit_code_;
    return *this;
  }
  ~Daemon() { stop(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// False once it ended by itself, too.
  [[nodiscard]] bool runs() const;
  /// Waits for its end by itself. The exit code; -1 when a signal ended it.
  int wait();
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
  int exit_code_ = -1;
};

/// Runs a program to its end and reads its answer as JSON. A refusal becomes an Error with the program's own
/// words.
Result<Json> ask(std::vector<std::string> argv, std::chrono::seconds time_max = std::chrono::seconds(60));

/// A TCP port of 127.0.0.1 that nobody listens on now.
Result<int> free_port();

}  // namespace drover::defect
