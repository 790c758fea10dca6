#pragma once

#include "fs/file_system.h"

namespace drover::sink {

/// Batches that a database refuses for what they are, kept aside for a person: NUMBER.lines in one directory,
/// the refusal in a comment's line before the points, so that a file can be sent again as it is. The newest
/// sixteen are kept.
class RefusedBatches {
 public:
  static constexpr std::size_t kFilesMax = 16;
  RefusedBatches(fs::FileSystem& files, fs::Path directory)
      : files_(files), directory_(std::move(directory)) {}

  /// Durable when it returns. `lines` of any size; what is beyond 4 MiB is cut. Errors: io_failed, disk_full.
  Status keep(std::string_view why, std::string_view lines);

 private:
  fs::FileSystem& files_;
  fs::Path directory_;
};

}  // namespace drover::sink
