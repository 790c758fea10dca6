#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fs/file_system.h"

namespace drover::fs {

using InodeId = std::uint64_t;

/// A file, directory or symlink: what the running system sees, and what the platter holds.
struct Inode {
  Kind kind = Kind::file;
  Bytes seen;
  Bytes stored;
  std::map<std::string, InodeId> names_seen;
  std::map<std::string, InodeId> names_stored;
  Path target;
  int shared_locks = 0;
  bool exclusively_locked = false;
};

/// A disk with a volatile cache in front of it. What POSIX does not promise, it does not keep: after a power
/// cut a file's unsynced bytes are there, cut short, zeros or garbage, and each operation on an unsynced
/// directory may have happened or not, whatever happened to the ones before and after it. A rename is one
/// operation, stored for certain when the directory of its new name is synced.
class SimDisk {
 public:
  static constexpr InodeId kRoot = 1;

  SimDisk();
  Inode& inode(InodeId id) { return inodes_.at(id); }
  [[nodiscard]] const Inode& inode(InodeId id) const { return inodes_.at(id); }
  InodeId make(Kind kind);

  void link(InodeId directory, const std::string& name, InodeId what);
  void unlink(InodeId directory, const std::string& name);
  void rename(InodeId from, const std::string& old_name, InodeId to, const std::string& new_name);
  void sync_file(InodeId id);
  void sync_directory(InodeId id);

  /// The power goes: `seed` chooses among all that may be left.
  void lose(std::uint64_t seed);
  void drop_locks();
  /// Bytes in files that a path leads to.
  [[nodiscard]] std::uint64_t bytes_used() const;

 private:
  /// One name set (to `what`) or removed (where it still is `what`).
  struct Effect {
    InodeId directory;
    std::string name;
    InodeId what;
    bool present;
  };
  struct Pending {
    InodeId synced_with;
    std::vector<Effect> effects;
  };

  void change(Pending pending);
  void store(const Pending& pending);
  void forget_names(const Pending& moved);
  std::uint64_t bytes_under(InodeId id) const;

  std::map<InodeId, Inode> inodes_;
  std::vector<Pending> pending_;
  InodeId next_ = kRoot;
};

/// One of the contents that a file may have after a power cut.
Bytes torn(const Bytes& stored, const Bytes& seen, std::mt19937_64& random);

}  // namespace drover::fs
