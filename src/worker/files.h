#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace drover::worker {

inline constexpr std::uint64_t kModelBytesMax = std::uint64_t{2} << 30;
inline constexpr std::uint64_t kTableBytesMax = std::uint64_t{1} << 30;

/// A regular file's bytes. Errors: not_found, io_failed, too_large, each with the path.
Result<Bytes> read_whole(const std::string& path, std::uint64_t bytes_max);

/// A file opened before the lock-down to be written after it. What a failure leaves in it is of no use.
class OutputFile {
 public:
  static Result<OutputFile> open(const std::string& path);
  Status write(ByteView bytes);

 private:
  std::string path_;
  UniqueFd fd_;
};

/// The most memory this process has had resident, from /proc/self/status, which is opened at construction.
class PeakMemory {
 public:
  PeakMemory();
  /// 0 where the kernel does not say.
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  UniqueFd fd_;
};

}  // namespace drover::worker
