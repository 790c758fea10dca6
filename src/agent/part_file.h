#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "fs/file_system.h"

namespace drover::agent {

/// A bundle on its way into staging. It is synced at every multiple of `sync_every`, so a file found after a
/// power cut is whole up to the last such multiple below its size: open() goes on from there and never builds
/// on bytes that may be torn. A restart costs at most `sync_every` bytes fetched twice: a hundredth of a
/// large bundle.
class PartFile {
 public:
  static constexpr std::uint64_t kSyncEvery = std::uint64_t{1} << 20;

  /// Goes on with the file at `path`, or makes it. `length`: of the whole bundle.
  static Result<PartFile> open(fs::FileSystem& files, const fs::Path& path, std::uint64_t length,
                               std::uint64_t sync_every = kSyncEvery);

  /// Bytes that are there: where the next ones belong.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Errors: bad_length beyond `length`, disk_full, io_failed.
  Status append(ByteView bytes);
  /// From the first byte again.
  Status empty();
  /// Makes the whole file durable.
  Status finish() { return file_->sync(); }

 private:
  PartFile(std::unique_ptr<fs::File> file, fs::Path path, std::uint64_t length, std::uint64_t sync_every)
      : file_(std::move(file)), path_(std::move(path)), length_(length), sync_every_(sync_every) {}

  std::unique_ptr<fs::File> file_;
  fs::Path path_;
  std::uint64_t length_;
  std::uint64_t sync_every_;
  std::uint64_t size_ = 0;
};

}  // namespace drover::agent
