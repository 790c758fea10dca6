#include "repo/loader.h"

#include <fmt/format.h>

#include "repo/repository_files.h"
#include "trust/target_path.h"

namespace drover::repo {
namespace {

Result<Bytes> read_role(const ReadMetadata& read, const trust::TrustedSet& set, const std::string& role) {
  const trust::MetaFile* meta = set.meta(role);
  if (meta == nullptr)
    return fail(Code::metadata_mismatch, fmt::format("snapshot does not name the role \"{}\"", role));
  return read(versioned_name(role, meta->version), trust::kTargetsBytesMax);
}

Status follow_roots(const ReadMetadata& read, trust::TrustedSet& set) {
  while (true) {
    Result<Bytes> next = read(versioned_name("root", set.root().version + 1), trust::kRootBytesMax);
    if (!next && next.error().code == Code::not_found) return {};
    if (!next) return fail(std::move(next).error());
    DROVER_TRY(set.update_root(*next));
  }
}

Status load_delegations(const ReadMetadata& read, trust::TrustedSet& set, const std::string& parent) {
  const auto delegations = set.targets(parent)->delegations;
  if (!delegations) return {};
  for (const trust::DelegatedRole& child : delegations->roles) {
    if (set.targets(child.name) != nullptr) continue;
    const Bytes bytes = DROVER_TRY(read_role(read, set, child.name));
    DROVER_TRY(set.update_delegated(bytes, child.name, parent));
    DROVER_TRY(load_delegations(read, set, child.name));
  }
  return {};
}

}  // namespace

Result<trust::TrustedSet> load_metadata(const ReadMetadata& read, const trust::TrustedSet* seen) {
  const Bytes first = DROVER_TRY(read(versioned_name("root", 1), trust::kRootBytesMax));
  trust::TrustedSet set = DROVER_TRY(trust::TrustedSet::begin(first, UnixTime{}));
  DROVER_TRY(follow_roots(read, set));
  if (seen != nullptr) set.remember(*seen);
  const Bytes timestamp = DROVER_TRY(read("timestamp.json", trust::kTimestampBytesMax));
  DROVER_TRY(set.update_timestamp(timestamp));
  const std::string name = versioned_name("snapshot", set.timestamp()->snapshot.version);
  const Bytes snapshot = DROVER_TRY(read(name, trust::kSnapshotBytesMax));
  DROVER_TRY(set.update_snapshot(snapshot));
  const Bytes targets = DROVER_TRY(read_role(read, set, "targets"));
  DROVER_TRY(set.update_targets(targets));
  DROVER_TRY(load_delegations(read, set, "targets"));
  return set;
}

ReadMetadata metadata_reader(fs::FileSystem& files, fs::Path directory,
                             std::map<std::string, std::string> overlay) {
  return [&files, directory = std::move(directory), overlay = std::move(overlay)](
             const std::string& name, std::uint64_t bytes_max) -> Result<Bytes> {
    const auto laid_over = overlay.find(name);
    if (laid_over == overlay.end()) return fs::read_file(files, metadata_path(directory, name), bytes_max);
    return Bytes(laid_over->second.begin(), laid_over->second.end());  // the parser has limits of its own
  };
}

std::string versioned_name(std::string_view role, std::int64_t version) {
  return fmt::format("{}.{}.json", version, trust::encoded_role(role));
}

Status write_with_directories(fs::FileSystem& files, const fs::Path& path, std::string_view text) {
  DROVER_TRY(fs::make_directories(files, path.parent_path()));
  return fs::write_atomically(files, path, as_bytes(text));
}

Result<trust::TrustedSet> load_repository(fs::FileSystem& files, const fs::Path& directory) {
  return load_metadata(metadata_reader(files, directory)).in(directory.string());
}

}  // namespace drover::repo
