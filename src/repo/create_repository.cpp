#include <fmt/format.h>

#include "repo/lifetime.h"
#include "repo/repository.h"
#include "repo/repository_files.h"

namespace drover::repo {
namespace {

template <class Role>
Role made(std::chrono::seconds lifetime, UnixTime now) {
  Role role;
  set_lifetime(role, lifetime);
  extend(role, now, lifetime);
  return role;
}

trust::MetaFile meta_of(const std::string& text) {
  return {.version = 1, .length = text.size(), .hashes = trust::hashes_of(as_bytes(text))};
}

trust::Root make_root(const std::map<std::string, trust::PrivateKey>& keys, const Lifetimes& lifetimes,
                      UnixTime now) {
  auto root = made<trust::Root>(lifetimes.root, now);
  trust::set_issued(root, now);
  for (const auto& [role, key] : keys) {
    root.keys[key.keyid()] = key.public_key();
    root.roles[role] = {.keyids = {key.keyid()}};
  }
  return root;
}

}  // namespace

Status create_repository(fs::FileSystem& files, const fs::Path& directory,
                         const std::map<std::string, trust::PrivateKey>& keys, const Lifetimes& lifetimes,
                         UnixTime now) {
  if (files.info(metadata_path(directory, "timestamp.json")))
    return fail(Code::already_exists, fmt::format("{}: there is a repository already", directory.string()));
  const auto signed_by = [&](const auto& role, const char* name) {
    return trust::sign(role, std::vector<trust::PrivateKey>{keys.at(name)});
  };
  const std::string root = DROVER_TRY(signed_by(make_root(keys, lifetimes, now), "root"));
  auto targets = made<trust::Targets>(lifetimes.targets, now);
  trust::set_issued(targets, now);
  const std::string targets_text = DROVER_TRY(signed_by(targets, "targets"));
  auto snapshot = made<trust::Snapshot>(lifetimes.snapshot, now);
  snapshot.meta["targets.json"] = meta_of(targets_text);
  const std::string snapshot_text = DROVER_TRY(signed_by(snapshot, "snapshot"));
  auto timestamp = made<trust::Timestamp>(lifetimes.timestamp, now);
  timestamp.snapshot = meta_of(snapshot_text);
  const std::string timestamp_text = DROVER_TRY(signed_by(timestamp, "timestamp"));

  DROVER_TRY(fs::make_directories(files, directory / "targets"));
  const auto write = [&](const std::string& name, std::string_view text) {
    return write_with_directories(files, metadata_path(directory, name), text);
  };
  DROVER_TRY(write("1.root.json", root));
  DROVER_TRY(write("1.targets.json", targets_text));
  DROVER_TRY(write("1.snapshot.json", snapshot_text));
  return write("timestamp.json", timestamp_text);
}

}  // namespace drover::repo
