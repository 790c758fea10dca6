#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/file_system.h"
#include "fs/sim_disk.h"

namespace drover::fs {

/// A FileSystem in memory for tests: it loses what was not synced (SimDisk), counts the operations that
/// change something, and fails on order. One thread. Paths are absolute; "/" exists.
class SimFileSystem : public FileSystem {
 public:
  SimFileSystem();
  /// A machine of its own with the same disk, cache and orders.
  SimFileSystem(const SimFileSystem& other);
  SimFileSystem& operator=(const SimFileSystem&) = delete;
  ~SimFileSystem() override;

  /// Cuts the power after the `count`-th changing operation from now: all later operations, reading ones too,
  /// fail with io_failed until restart().
  void cut_power_after(std::uint64_t count);
  [[nodiscard]] bool is_off() const;
  /// Power comes back: what was not synced is lost as `seed` chooses; open files and locks are gone.
  void restart(std::uint64_t seed);
  /// The process dies and the machine lives on: locks and open files are gone, nothing is lost. Where the
  /// power was cut, it was the process alone that stopped there.
  void kill();

  /// From the `count`-th changing operation from now on, whatever needs space fails with disk_full; an append
  /// writes half of its bytes first.
  void fill_disk_at(std::uint64_t count);
  /// Space for this many bytes in all.
  void set_capacity(std::optional<std::uint64_t> bytes);
  void free_disk();

  /// The `count`-th sync from now (of a file or a directory) reports success and does nothing.
  void skip_sync(std::uint64_t count);

  /// Changing operations so far: open that creates, append, truncate, sync, make_directory, rename, unlink,
  /// remove_directory, make_symlink, sync_directory.
  [[nodiscard]] std::uint64_t operations() const;
  /// What files have taken so far: the bytes of appends, and what a card must write for them, the pages of
  /// 4 KiB that a file's sync finds longer than they were.
  struct Written {
    std::uint64_t bytes = 0;
    std::uint64_t pages = 0;
  };
  [[nodiscard]] Written written() const;
  struct Sync {
    std::string path;
    std::uint64_t operation;  // which one it was, from 1
  };
  /// Each sync so far.
  [[nodiscard]] const std::vector<Sync>& syncs() const;

  Result<std::unique_ptr<File>> open(const Path& path, Open how) override;
  Result<Info> info(const Path& path) override;
  Result<std::vector<std::string>> list(const Path& directory) override;
  Status make_directory(const Path& path) override;
  Status rename(const Path& from, const Path& to) override;
  Status unlink(const Path& path) override;
  Status remove_directory(const Path& path) override;
  Status make_symlink(const Path& target, const Path& link) override;
  Result<Path> read_symlink(const Path& link) override;
  Status sync_directory(const Path& directory) override;
  Result<std::uint64_t> free_bytes(const Path& directory) override;
  Result<std::unique_ptr<Lock>> lock(const Path& path, bool exclusive) override;

 private:
  class SimFile;
  class SimLock;
  struct Machine;
  std::shared_ptr<Machine> machine_;
};

}  // namespace drover::fs
