#include "trust/trusted_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/assert.h"

namespace drover::trust {
namespace {

Status check_expiry(const Common& role, std::string_view name, UnixTime now) {
  if (now < role.expires) return {};
  return fail(Code::metadata_expired, fmt::format("{} version {} expired at {} (it is {})", name,
                                                  role.version, format_time(role.expires), format_time(now)));
}

Status check_no_rollback(std::string_view name, std::int64_t offered, std::int64_t trusted) {
  if (offered >= trusted) return {};
  return fail(Code::metadata_rollback,
              fmt::format("{} version {} is offered, version {} was seen before", name, offered, trusted));
}

Status wrong_order(std::string_view what) {
  return fail(Code::internal, fmt::format("wrong order: {}", what));
}

/// Parses a file of a top-level role and checks its signatures against `root`.
template <class Role>
Result<Role> read_role(ByteView bytes, std::uint64_t bytes_max, const Root& root, const std::string& name) {
  const Envelope envelope = DROVER_TRY(parse_envelope(bytes, bytes_max).in(name));
  DROVER_TRY(verify(envelope, root.keys, root.roles.at(name), name));
  return read_signed<Role>(envelope.body).in(name);
}

/// §5.5.2, §5.6.2: length and hashes, where the referring file names them.
Status check_file(ByteView bytes, const MetaFile& meta, std::string_view name) {
  if (meta.length && *meta.length != bytes.size())
    return fail(Code::bad_length,
                fmt::format("{}: {} bytes, the signed metadata names {}", name, bytes.size(), *meta.length));
  if (meta.hashes.empty()) return {};
  return check_hashes(bytes, std::nullopt, meta.hashes).in(name);
}

/// §5.5.5: no role goes back, and none disappears.
Status check_snapshot_grows(const Snapshot& before, const Snapshot& after) {
  for (const auto& [name, old] : before.meta) {
    const auto found = after.meta.find(name);
    if (found == after.meta.end())
      return fail(Code::metadata_rollback, fmt::format("snapshot names {} no more", name));
    DROVER_TRY(check_no_rollback(name, found->second.version, old.version));
  }
  return {};
}

}  // namespace

Result<TrustedSet> TrustedSet::begin(ByteView trusted_root, UnixTime now) {
  TrustedSet set(now);
  const Envelope envelope = DROVER_TRY(parse_envelope(trusted_root, kRootBytesMax).in("root"));
  set.root_ = DROVER_TRY(read_signed<Root>(envelope.body).in("root"));
  DROVER_TRY(verify(envelope, set.root_.keys, set.root_.roles.at("root"), "root"));
  return set;
}

Status TrustedSet::update_root(ByteView bytes) {
  if (timestamp_) return wrong_order("root after timestamp");
  const Envelope envelope = DROVER_TRY(parse_envelope(bytes, kRootBytesMax).in("root"));
  // §5.3.4: signed by the old root's keys and by its own.
  DROVER_TRY(verify(envelope, root_.keys, root_.roles.at("root"), "root (by the keys trusted so far)"));
  Root next = DROVER_TRY(read_signed<Root>(envelope.body).in("root"));
  // §5.3.5: exactly the next version.
  if (next.version < root_.version + 1)
    DROVER_TRY(check_no_rollback("root", next.version, root_.version + 1));
  if (next.version != root_.version + 1)
    return fail(Code::metadata_mismatch,
                fmt::format("root version {} was expected, {} came", root_.version + 1, next.version));
  DROVER_TRY(verify(envelope, next.keys, next.roles.at("root"), "root (by its own keys)"));
  root_ = std::move(next);  // §5.3.6; expiry of what lies between does not matter (§5.3.7)
  return {};
}

void TrustedSet::remember(const TrustedSet& before) {
  DROVER_ASSERT(!timestamp_);
  timestamp_ = before.timestamp_;
  remembered_snapshot_ = before.snapshot_;
}

Result<TrustedSet::Freshness> TrustedSet::update_timestamp(ByteView bytes) {
  if (snapshot_) return fail(Code::internal, "wrong order: timestamp after snapshot");
  DROVER_TRY(check_expiry(root_, "root", now_));  // §5.3.10: the final root, against freeze
  Timestamp next = DROVER_TRY(read_role<Timestamp>(bytes, kTimestampBytesMax, root_, "timestamp"));  // §5.4.2
  if (timestamp_) {
    // §5.4.3.1: against rollback of the timestamp; an equal one changes nothing.
    DROVER_TRY(check_no_rollback("timestamp", next.version, timestamp_->version));
    if (next.version == timestamp_->version) {
      DROVER_TRY(check_final_timestamp());
      return Freshness::same;
    }
    // §5.4.3.2: against rollback of the snapshot.
    DROVER_TRY(check_no_rollback("snapshot", next.snapshot.version, timestamp_->snapshot.version));
  }
  timestamp_ = std::move(next);
  DROVER_TRY(check_final_timestamp());
  return Freshness::newer;
}

Status TrustedSet::check_final_timestamp() const {
  return check_expiry(*timestamp_, "timestamp", now_);  // §5.4.4: freeze
}

Status TrustedSet::update_snapshot(ByteView bytes, bool stored) {
  if (!timestamp_) return wrong_order("snapshot before timestamp");
  if (!targets_.empty()) return wrong_order("snapshot after targets");
  DROVER_TRY(check_final_timestamp());
  if (!stored) DROVER_TRY(check_file(bytes, timestamp_->snapshot, "snapshot"));                  // §5.5.2
  Snapshot next = DROVER_TRY(read_role<Snapshot>(bytes, kSnapshotBytesMax, root_, "snapshot"));  // §5.5.3
  if (remembered_snapshot_) DROVER_TRY(check_snapshot_grows(*remembered_snapshot_, next));
  if (snapshot_) DROVER_TRY(check_snapshot_grows(*snapshot_, next));  // §5.5.5
  snapshot_ = std::move(next);
  return check_final_snapshot();
}

Status TrustedSet::check_final_snapshot() const {
  // §5.5.4: mix-and-match.
  if (snapshot_->version != timestamp_->snapshot.version)
    return fail(Code::metadata_mismatch,
                fmt::format("snapshot version {} does not belong to the timestamp, which names {}",
                            snapshot_->version, timestamp_->snapshot.version));
  return check_expiry(*snapshot_, "snapshot", now_);  // §5.5.6: freeze
}

Status TrustedSet::update_targets(ByteView bytes) {
  return update_targets_role(bytes, "targets", root_.keys, root_.roles.at("targets"));
}

Status TrustedSet::update_delegated(ByteView bytes, std::string_view role, std::string_view delegator) {
  const Targets* parent = targets(delegator);
  if (parent == nullptr || !parent->delegations) return wrong_order("a delegated role before its delegator");
  const auto& roles = parent->delegations->roles;
  const auto found = std::ranges::find(roles, role, &DelegatedRole::name);
  if (found == roles.end())
    return fail(Code::bad_metadata, fmt::format("{} does not delegate to \"{}\"", delegator, role));
  return update_targets_role(bytes, role, parent->delegations->keys, found->keys);
}

Status TrustedSet::update_targets_role(ByteView bytes, std::string_view role, const Keys& keys,
                                       const RoleKeys& by) {
  if (!snapshot_) return wrong_order("targets before snapshot");
  DROVER_TRY(check_final_snapshot());
  const MetaFile* expected = meta(role);
  if (expected == nullptr)
    return fail(Code::metadata_mismatch, fmt::format("snapshot does not name the role \"{}\"", role));
  DROVER_TRY(check_file(bytes, *expected, role));  // §5.6.2
  const Envelope envelope = DROVER_TRY(parse_envelope(bytes, kTargetsBytesMax).in(role));
  DROVER_TRY(verify(envelope, keys, by, role));  // §5.6.3
  Targets next = DROVER_TRY(read_signed<Targets>(envelope.body).in(role));
  if (next.version != expected->version)  // §5.6.4: mix-and-match
    return fail(Code::metadata_mismatch,
                fmt::format("{} version {} does not belong to the snapshot, which names {}", role,
                            next.version, expected->version));
  DROVER_TRY(check_expiry(next, role, now_));  // §5.6.5: freeze
  targets_.insert_or_assign(std::string(role), std::move(next));
  return {};
}

const Targets* TrustedSet::targets(std::string_view role) const {
  const auto found = targets_.find(role);
  return found == targets_.end() ? nullptr : &found->second;
}

const MetaFile* TrustedSet::meta(std::string_view role) const {
  if (!snapshot_) return nullptr;
  const auto found = snapshot_->meta.find(std::string(role) + ".json");
  return found == snapshot_->meta.end() ? nullptr : &found->second;
}

std::optional<UnixTime> TrustedSet::newest_issued() const {
  std::optional<UnixTime> newest = issued(root_);
  for (const auto& [name, role] : targets_) newest = std::max(newest, issued(role));
  return newest;
}

bool lost_a_key(const Root& before, const Root& after, const std::string& role) {
  const auto trusted = [&](const Root& root) {
    std::set<std::string> identities;
    for (const std::string& keyid : root.roles.at(role).keyids)
      if (const auto key = root.keys.find(keyid); key != root.keys.end())
        identities.insert(identity_of(key->second));
    return identities;
  };
  return !std::ranges::includes(trusted(after), trusted(before));
}

}  // namespace drover::trust
