#pragma once

#include <cstdint>

#include "harness.h"

namespace drover::e2e {

/// A tmpfs of a few megabytes at a directory, gone with the object.
class SmallDisk {
 public:
  explicit SmallDisk(const Path& at);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Why it could not be mounted: it takes a privilege. Empty when it was.
  [[nodiscard]] const std::string& refused() const { return refused_; }
  [[nodiscard]] std::uint64_t free_bytes() const { return std::filesystem::space(at_).available; }
  /// Somebody else takes all space but `left` bytes.
  void fill(std::uint64_t left) const;
  void free() const { std::filesystem::remove(at_ / "filler"); }

 private:
  Path at_;
  std::string refused_;
};

}  // namespace drover::e2e
