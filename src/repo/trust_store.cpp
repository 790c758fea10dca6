#include "repo/trust_store.h"

#include <fmt/format.h>

#include <set>

#include "trust/envelope.h"
#include "trust/target_path.h"
#include "trust/trusted_set.h"

namespace drover::repo {
namespace {

/// Adds to `newest` what the stored role and those that it delegates to say, as far as signatures hold.
Status add_issued(const TrustStore& store, const std::string& role, const trust::Keys& keys,
                  const trust::RoleKeys& by, std::set<std::string>& seen, std::optional<UnixTime>& newest) {
  if (!seen.insert(role).second) return {};
  const std::optional<Bytes> bytes = DROVER_TRY(store.load(role, trust::kTargetsBytesMax));
  if (!bytes) return {};
  const Result<trust::Envelope> envelope = trust::parse_envelope(*bytes, trust::kTargetsBytesMax);
  if (!envelope || !trust::verify(*envelope, keys, by, role)) return {};
  const Result<trust::Targets> targets = trust::read_signed<trust::Targets>(envelope->body);
  if (!targets) return {};
  newest = std::max(newest, trust::issued(*targets));
  if (!targets->delegations) return {};
  for (const trust::DelegatedRole& child : targets->delegations->roles)
    DROVER_TRY(add_issued(store, child.name, targets->delegations->keys, child.keys, seen, newest));
  return {};
}

}  // namespace

fs::Path TrustStore::path(std::string_view role) const {
  return directory_ / (trust::encoded_role(role) + ".json");
}

Status TrustStore::init(ByteView root) const {
  DROVER_TRY(trust::TrustedSet::begin(root, UnixTime{}));
  DROVER_TRY(fs::make_directories(files_, directory_));
  const std::optional<Bytes> present = DROVER_TRY(load("root", trust::kRootBytesMax));
  if (!present) return save("root", root);
  if (std::ranges::equal(*present, root)) return {};
  return fail(
      Code::already_exists,
      fmt::format("{}: a root is trusted here already; remove the directory to trust another repository",
                  directory_.string()));
}

Result<std::optional<Bytes>> TrustStore::load(std::string_view role, std::uint64_t bytes_max) const {
  Result<Bytes> bytes = fs::read_file(files_, path(role), bytes_max);
  if (bytes) return std::optional(std::move(*bytes));
  if (bytes.error().code == Code::not_found) return std::optional<Bytes>();
  return fail(std::move(bytes).error());
}

Status TrustStore::save(std::string_view role, ByteView bytes) const {
  return fs::write_atomically(files_, path(role), bytes);
}

Status TrustStore::remove(std::string_view role) const {
  Status removed = files_.unlink(path(role));
  if (!removed && removed.error().code == Code::not_found) return {};
  if (!removed) return removed;
  return files_.sync_directory(directory_);
}

Result<std::optional<UnixTime>> newest_issued(const TrustStore& store) {
  const std::optional<Bytes> root = DROVER_TRY(store.load("root", trust::kRootBytesMax));
  if (!root) return std::optional<UnixTime>();
  const trust::TrustedSet set = DROVER_TRY(trust::TrustedSet::begin(*root, UnixTime{}));
  std::optional<UnixTime> newest = trust::issued(set.root());
  std::set<std::string> seen;
  DROVER_TRY(add_issued(store, "targets", set.root().keys, set.root().roles.at("targets"), seen, newest));
  return newest;
}

}  // namespace drover::repo
