#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::fs {

using Path = std::filesystem::path;

enum class Kind : std::uint8_t { file, directory, symlink, other };

struct Info {
  Kind kind = Kind::other;
  std::uint64_t size = 0;
};

/// An open file. Writes are durable only after sync(); a file's name only after its directory's
/// sync_directory().
class File {
 public:
  virtual ~File() = default;
  /// Reads up to into.size() bytes at `offset`; 0 at the end.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) = 0;
  virtual Status append(ByteView bytes) = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  virtual Status sync() = 0;
  virtual Result<std::uint64_t> size() = 0;
};

/// A shared or exclusive advisory lock (flock) that ends with the object.
class Lock {
 public:
  virtual ~Lock() = default;
};

enum class Open : std::uint8_t { read, append, create_new };  // append creates when absent

/// The one door to the disk. Its contract is POSIX's, with nothing durable that was not synced: the simulator
/// (sim_file_system.h) loses or tears exactly what this contract does not promise.
/// Errors: not_found, already_exists, disk_full, too_large, io_failed; each names the path.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const Path& path, Open how) = 0;
  virtual Result<Info> info(const Path& path) = 0;  // does not follow a symlink
  /// Names in the directory, sorted.
  virtual Result<std::vector<std::string>> list(const Path& directory) = 0;
  virtual Status make_directory(const Path& path) = 0;  // one level; already_exists when there
  virtual Status rename(const Path& from, const Path& to) = 0;
  virtual Status unlink(const Path& path) = 0;            // file or symlink
  virtual Status remove_directory(const Path& path) = 0;  // empty
  virtual Status make_symlink(const Path& target, const Path& link) = 0;
  virtual Result<Path> read_symlink(const Path& link) = 0;
  virtual Status sync_directory(const Path& directory) = 0;
  virtual Result<std::uint64_t> free_bytes(const Path& directory) = 0;
  /// Takes the lock at once or fails with conflict; works on files and directories.
  virtual Result<std::unique_ptr<Lock>> lock(const Path& path, bool exclusive) = 0;
};

/// The machine's own.
FileSystem& real_file_system();

/// The whole file; too_large beyond `bytes_max`.
Result<Bytes> read_file(FileSystem& files, const Path& path, std::uint64_t bytes_max);
/// Replaces `path` so that a power cut leaves the old content or the new one: write beside it, sync, rename,
/// sync the directory.
Status write_atomically(FileSystem& files, const Path& path, ByteView bytes);
/// make_directory for each missing level, each made durable.
Status make_directories(FileSystem& files, const Path& path);
/// Removes what is at `path`, with what is in it; nothing there is success. Never follows a symlink.
Status remove_tree(FileSystem& files, const Path& path);

}  // namespace drover::fs
