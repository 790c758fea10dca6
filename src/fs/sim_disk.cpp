#include "fs/sim_disk.h"

#include <algorithm>

namespace drover::fs {

SimDisk::SimDisk() { make(Kind::directory); }

InodeId SimDisk::make(Kind kind) {
  inodes_[next_].kind = kind;
  return next_++;
}

void SimDisk::link(InodeId directory, const std::string& name, InodeId what) {
  change({directory, {{directory, name, what, true}}});
}

void SimDisk::unlink(InodeId directory, const std::string& name) {
  change({directory, {{directory, name, inode(directory).names_seen.at(name), false}}});
}

void SimDisk::rename(InodeId from, const std::string& old_name, InodeId to, const std::string& new_name) {
  const InodeId what = inode(from).names_seen.at(old_name);
  change({to, {{from, old_name, what, false}, {to, new_name, what, true}}});
}

void SimDisk::change(Pending pending) {
  for (const Effect& effect : pending.effects) {
    auto& names = inode(effect.directory).names_seen;
    if (effect.present)
      names[effect.name] = effect.what;
    else
      names.erase(effect.name);
  }
  pending_.push_back(std::move(pending));
}

void SimDisk::store(const Pending& pending) {
  for (const Effect& effect : pending.effects) {
    auto& names = inode(effect.directory).names_stored;
    const auto there = names.find(effect.name);
    if (effect.present)
      names[effect.name] = effect.what;
    else if (there != names.end() && there->second == effect.what)
      names.erase(there);
  }
}

void SimDisk::sync_file(InodeId id) { inode(id).stored = inode(id).seen; }

/// What was moved away for certain never had its old name, should the making of that be still unsynced.
void SimDisk::forget_names(const Pending& moved) {
  for (const Effect& effect : moved.effects) {
    if (effect.present) continue;
    for (Pending& pending : pending_) {
      if (&pending == &moved) return;  // only what came before
      std::erase_if(pending.effects, [&](const Effect& made) {
        return made.present && made.directory == effect.directory && made.name == effect.name &&
               made.what == effect.what;
      });
    }
  }
}

void SimDisk::sync_directory(InodeId id) {
  for (const Pending& pending : pending_) {
    if (pending.synced_with != id) continue;
    store(pending);
    forget_names(pending);
  }
  std::erase_if(pending_, [&](const Pending& pending) { return pending.synced_with == id; });
}

void SimDisk::lose(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  // Some cuts keep nearly nothing and some nearly everything: in between alone, long chains would be rare.
  const std::uint64_t kept_of_8 = random() % 9;
  for (const Pending& pending : pending_)
    if (random() % 8 < kept_of_8) store(pending);
  pending_.clear();
  for (auto& [id, node] : inodes_) {
    node.names_seen = node.names_stored;
    node.stored = torn(node.stored, node.seen, random);
    node.seen = node.stored;
  }
  drop_locks();
}

void SimDisk::drop_locks() {
  for (auto& [id, node] : inodes_) {
    node.shared_locks = 0;
    node.exclusively_locked = false;
  }
}

std::uint64_t SimDisk::bytes_used() const { return bytes_under(kRoot); }

std::uint64_t SimDisk::bytes_under(InodeId id) const {
  const Inode& node = inode(id);
  std::uint64_t bytes = node.seen.size();
  for (const auto& [name, child] : node.names_seen) bytes += bytes_under(child);
  return bytes;
}

Bytes torn(const Bytes& stored, const Bytes& seen, std::mt19937_64& random) {
  if (stored == seen) return stored;
  const auto same = std::ranges::mismatch(stored, seen).in2 - seen.begin();
  const std::uint64_t length = same + random() % (seen.size() - same + 1);
  Bytes cut(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(length));
  switch (random() % 5) {
    case 0:  // nothing since the last sync arrived
      return stored;
    case 1:  // all of it did
      return seen;
    case 2:  // the front of it
      return cut;
    case 3:  // the length, and the front of the data
      cut.resize(seen.size(), 0);
      return cut;
    default:  // the length, and what stood in those blocks before
      while (cut.size() < seen.size()) cut.push_back(static_cast<std::uint8_t>(random()));
      return cut;
  }
}

}  // namespace drover::fs
