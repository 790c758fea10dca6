#pragma once

#include <cstdint>
#include <memory>

#include "agent/updater.h"
#include "base/digest.h"

namespace drover::agent {

/// A file's SHA-256, some MiB at a time.
class Updater::Hashing {
 public:
  explicit Hashing(std::unique_ptr<fs::File> file) : file_(std::move(file)) {}

  /// Reads on; true when the whole file has been read.
  Result<bool> step() {
    constexpr std::size_t kSlice = std::size_t{4} << 20;
    constexpr std::size_t kBuffer = 64 * 1024;
    Bytes buffer(kBuffer);
    for (std::size_t done = 0; done < kSlice;) {
      const std::size_t got = DROVER_TRY(file_->read_at(offset_, buffer));
      if (got == 0) return true;
      hash_.update(ByteView(buffer).first(got));
      offset_ += got;
      done += got;
    }
    return false;
  }
  [[nodiscard]] std::uint64_t length() const { return offset_; }
  Digest digest() { return hash_.finish(); }

 private:
  std::unique_ptr<fs::File> file_;
  Sha256 hash_;
  std::uint64_t offset_ = 0;
};

}  // namespace drover::agent
