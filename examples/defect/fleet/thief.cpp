#include "thief.h"

#include "repo/repository.h"
#include "repo/repository_files.h"
#include "repo/workspace.h"

namespace drover::defect {
namespace {

const std::string kRole = "defect";

/// Signed by those of the keys that the genuine root trusts for the role.
Result<std::string> signed_online(const auto& role, const char* name, const repo::KeyRing& keys,
                                  const trust::Root& root) {
  trust::Envelope envelope{.body = trust::to_json(role)};
  DROVER_TRY(keys.sign_fully(envelope, root.keys, root.roles.at(name), name));
  return trust::to_text(envelope);
}

trust::MetaFile describe(std::int64_t version, const std::string& text) {
  return {.version = version, .length = text.size(), .hashes = trust::hashes_of(as_bytes(text))};
}

Result<trust::Targets> role_in(fs::FileSystem& files, const std::filesystem::path& repository) {
  const trust::TrustedSet state = DROVER_TRY(repo::load_repository(files, repository));
  const trust::Targets* role = state.targets(kRole);
  if (role == nullptr) return fail(Code::not_found, repository.string() + " has no role " + kRole);
  return *role;
}

}  // namespace

Result<std::string> forge_model_role(const std::filesystem::path& repository,
                                     const std::filesystem::path& server_keys,
                                     const std::filesystem::path& stranger) {
  fs::FileSystem& files = fs::real_file_system();
  const trust::TrustedSet genuine = DROVER_TRY(repo::load_repository(files, repository));
  const repo::KeyRing online = DROVER_TRY(repo::online_keys(files, {server_keys}));
  const repo::KeyRing own = DROVER_TRY(repo::offline_keys(files, {stranger / "keys"}));

  trust::Targets role = DROVER_TRY(role_in(files, stranger / "repository"));
  role.version = genuine.targets(kRole)->version + 1;
  const std::string role_text = DROVER_TRY(trust::sign(role, own.keys()));

  trust::Snapshot snapshot = *genuine.snapshot();
  ++snapshot.version;
  snapshot.meta[kRole + ".json"] = describe(role.version, role_text);
  const std::string snapshot_text = DROVER_TRY(signed_online(snapshot, "snapshot", online, genuine.root()));

  trust::Timestamp timestamp = *genuine.timestamp();
  ++timestamp.version;
  timestamp.snapshot = describe(snapshot.version, snapshot_text);
  const std::string timestamp_text =
      DROVER_TRY(signed_online(timestamp, "timestamp", online, genuine.root()));

  for (const auto& [name, text] : {std::pair{repo::versioned_name(kRole, role.version), role_text},
                                   {repo::versioned_name("snapshot", snapshot.version), snapshot_text},
                                   {std::string("timestamp.json"), timestamp_text}})
    DROVER_TRY(repo::write_with_directories(files, repo::metadata_path(repository, name), text));
  std::filesystem::copy(
      stranger / "repository/targets", repository / "targets",
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
  return kRole;
}

}  // namespace drover::defect
