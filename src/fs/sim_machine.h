#pragma once

#include "fs/sim_file_system.h"

namespace drover::fs {

/// What SimFileSystem's files and locks share: the disk, the power switch and the faults ordered.
struct SimFileSystem::Machine {
  SimDisk disk;
  std::uint64_t boot = 0;  // an open file or lock of an earlier boot is dead
  std::uint64_t operations = 0;
  Written written;
  std::vector<Sync> syncs;
  std::optional<std::uint64_t> off_after;
  std::optional<std::uint64_t> full_from;
  std::optional<std::uint64_t> capacity;
  std::optional<std::uint64_t> skipped_sync;
  bool off = false;

  /// Before any operation.
  Status powered(const Path& path) const;
  /// Before a changing operation: counts it.
  Status begin(const Path& path, bool needs_space = false);
  /// Counts a sync; true when it is the one that must not happen.
  bool skips(const Path& path);
  [[nodiscard]] std::uint64_t free_bytes() const;

  /// Follows symlinks in all parts of the path but, unless told so, the last.
  Result<InodeId> find(const Path& path, bool follow_last = true, int depth = 0) const;
  struct Place {
    InodeId directory;
    std::string name;
    std::optional<InodeId> what;
  };
  Result<Place> place(const Path& path) const;
};

std::unexpected<Error> sim_failure(Code code, const Path& path, std::string_view what);

}  // namespace drover::fs
