#include "fs/sim_machine.h"

#include <fmt/format.h>

namespace drover::fs {

std::unexpected<Error> sim_failure(Code code, const Path& path, std::string_view what) {
  return fail(code, fmt::format("{}: {}", path.string(), what));
}

Status SimFileSystem::Machine::powered(const Path& path) const {
  if (off) return sim_failure(Code::io_failed, path, "the power is off");
  return {};
}

Status SimFileSystem::Machine::begin(const Path& path, bool needs_space) {
  DROVER_TRY(powered(path));
  if (off_after && operations >= *off_after) {
    off = true;
    return powered(path);
  }
  ++operations;
  if (needs_space && full_from && operations >= *full_from)
    return sim_failure(Code::disk_full, path, "no space left on the device");
  return {};
}

bool SimFileSystem::Machine::skips(const Path& path) {
  syncs.push_back({path.string(), operations});
  return skipped_sync && syncs.size() == *skipped_sync;
}

std::uint64_t SimFileSystem::Machine::free_bytes() const {
  if (full_from && operations >= *full_from) return 0;
  if (!capacity) return std::uint64_t{1} << 40;
  const std::uint64_t used = disk.bytes_used();
  return used < *capacity ? *capacity - used : 0;
}

Result<InodeId> SimFileSystem::Machine::find(const Path& path, bool follow_last, int depth) const {
  if (depth > 8) return sim_failure(Code::io_failed, path, "too many symlinks");
  InodeId at = SimDisk::kRoot;
  Path so_far = "/";
  const auto parts = path.relative_path();
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (part->empty() || *part == ".") continue;
    const auto& names = disk.inode(at).names_seen;
    const auto entry = names.find(part->string());
    if (entry == names.end()) return sim_failure(Code::not_found, path, "no such file or directory");
    const Inode& node = disk.inode(entry->second);
    const bool last = std::next(part) == parts.end();
    if (node.kind == Kind::symlink && (!last || follow_last)) {
      const Path target = node.target.is_absolute() ? node.target : so_far / node.target;
      at = DROVER_TRY(find(target, true, depth + 1));
    } else {
      at = entry->second;
    }
    so_far /= *part;
  }
  return at;
}

Result<SimFileSystem::Machine::Place> SimFileSystem::Machine::place(const Path& path) const {
  const InodeId directory = DROVER_TRY(find(path.parent_path()));
  if (disk.inode(directory).kind != Kind::directory)
    return sim_failure(Code::not_found, path, "not a directory");
  Place place{directory, path.filename().string(), std::nullopt};
  const auto& names = disk.inode(directory).names_seen;
  if (const auto entry = names.find(place.name); entry != names.end()) place.what = entry->second;
  return place;
}

}  // namespace drover::fs
