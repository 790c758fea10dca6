#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fs/file_system.h"

namespace drover::agent {

/// Writes a directory's files and makes all of it durable, a large file some MiB at a time, so that no single
/// sync takes long. The directory's own name is the caller's to sync.
class DirectoryWriter {
 public:
  DirectoryWriter(fs::FileSystem& files, fs::Path root) : files_(files), root_(std::move(root)) {}

  Status begin();
  /// `path`: relative, with '/' between its parts; directories are made as needed.
  Status open_file(const std::string& path);
  Status write(ByteView bytes);
  Status close_file();
  Status finish();

 private:
  Status make_parents(const fs::Path& path);

  fs::FileSystem& files_;
  fs::Path root_;
  std::unique_ptr<fs::File> file_;
  std::uint64_t unsynced_ = 0;  // bytes of file_
  std::vector<fs::Path> directories_;
};

}  // namespace drover::agent
