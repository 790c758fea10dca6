#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "ring/record.h"

namespace drover::ring {

/// A directory of the test's own, removed with the object.
class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "drover-ring-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  [[nodiscard]] std::filesystem::path ring() const { return path_ / "defect.ring"; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A record that tells which one it is by its class.
inline Record numbered(std::int32_t number) { return {.id = 1, .feature_count = 32, .class_index = number}; }
inline Record numbered_label(std::int32_t number) {
  return {.id = 1, .kind = Kind::label, .class_index = number};
}

/// Runs `body` in a child and waits for its end; returns the status of waitpid.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace drover::ring
