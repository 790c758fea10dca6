#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace drover {

/// What to run. argv[0] is a path; nothing is looked up in PATH.
struct Command {
  std::vector<std::string> argv;
  /// "KEY=VALUE", replacing or adding to the environment of this process.
  std::vector<std::string> environment = {};
  std::size_t stdout_bytes_max = std::size_t{16} << 20;  // more is read and dropped
  std::size_t stderr_bytes_max = std::size_t{64} << 10;  // the last of it is kept
  std::chrono::milliseconds time_max{60'000};            // wall clock; then the process group is killed
};

/// How a process ended and what it said.
struct ProcessResult {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;
  bool timed_out = false;
  bool stdout_cut = false;  // said more than stdout_bytes_max
  std::string out;
  std::string err;  // the last stderr_bytes_max bytes
  std::chrono::milliseconds time_max{0};

  [[nodiscard]] bool ok() const { return exit_code == 0 && !timed_out; }
  /// "exited with status 1", "was killed by SIGSEGV (invalid memory access)", "did not end within 5000 ms".
  [[nodiscard]] std::string explain() const;
  /// The last lines of stderr, at most `bytes_max` bytes, without control characters.
  [[nodiscard]] std::string stderr_tail(std::size_t bytes_max = 1000) const;
};

/// A child process in a process group of its own: stdin is /dev/null, stdout and stderr are captured, no
/// other descriptor of ours reaches it. For a poll loop: poll fds() for POLLIN with poll_timeout(), then
/// pump(). A Child that is dropped while running is killed with its group.
class Child {
 public:
  /// Errors: not_found when there is no such program, io_failed for any other reason.
  static Result<Child> start(const Command& command, Clock& clock = system_clock());

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  /// Descriptors that become readable when there is something to pump; none once finished.
  [[nodiscard]] std::vector<int> fds() const;
  /// How long poll may wait at most before pump() is due.
  [[nodiscard]] std::chrono::milliseconds poll_timeout() const;
  /// Reads what is there without blocking, enforces the time limit, reaps. True once the child has finished.
  bool pump();
  [[nodiscard]] bool finished() const { return finished_; }
  /// Kills the whole process group; pump() then finishes.
  void kill();
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Valid once finished.
  [[nodiscard]] const ProcessResult& result() const { return result_; }

 private:
  Child() = default;
  void read_stream(std::size_t index);
  bool reap();
  void abandon();

  pid_t pid_ = -1;
  bool finished_ = true;
  UniqueFd exit_;                    // a pidfd; empty on kernels before 5.3
  std::array<UniqueFd, 2> streams_;  // stdout, stderr
  std::size_t stdout_bytes_max_ = 0, stderr_bytes_max_ = 0;
  Clock* clock_ = nullptr;
  Monotonic deadline_{0};
  ProcessResult result_;
};

/// Starts the command, waits for its end and returns what it said; a non-zero exit is not an error here.
Result<ProcessResult> run_process(const Command& command);

/// The directory of the running program (from /proc/self/exe), where its sister programs live.
Result<std::string> program_directory();

}  // namespace drover
