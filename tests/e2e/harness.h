#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Real programs on loopback, in a directory of their own. Whatever goes wrong in the harness itself throws
/// std::runtime_error, which gtest reports with the words in it.
namespace drover::e2e {

using nlohmann::json;
using Path = std::filesystem::path;
using Words = std::vector<std::string>;

/// A program built in this tree ("drover-agent").
std::string program(const std::string& name);

struct Ended {
  int exit_code = -1;
  std::string out, err;
};
/// Runs a program to its end, at most two minutes.
Ended run(const Words& argv);
/// The same; throws with what it said when it fails.
std::string must(const Words& argv);
/// must(), read as JSON.
json must_json(Words argv);

/// A directory that goes with the object, unless the test failed.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const Path& path() const { return path_; }

 private:
  Path path_;
};

/// A program that runs until it is told to end; its output goes to a log file.
class Process {
 public:
  Process(Words argv, Path log, Words environment = {});
  ~Process();  // kill9()
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill9();
  /// SIGTERM, and waits. The exit code, or -1 when a signal ended it.
  int stop();
  [[nodiscard]] bool running();
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string log_tail(std::size_t lines = 30) const;

 private:
  pid_t pid_;
  Path log_;
};

/// Looks again and again until `done`; throws with `what` and the log's tail after `limit`.
void wait_until(const std::string& what, const std::function<bool()>& done, const Process* log_of = nullptr,
                std::chrono::seconds limit = std::chrono::seconds(60));

/// The text at `key`; "" where there is none.
std::string text(const json& object, const char* key);
/// The code of the error in a model's entry; "" where there is none.
std::string error_code(const json& model);

void write_file(const Path& path, std::string_view text);
std::string read_file(const Path& path);
/// A TCP port of 127.0.0.1 that was free a moment ago.
int free_port();

}  // namespace drover::e2e
