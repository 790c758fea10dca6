#include "repo/refresh.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "trust/envelope.h"
#include "trust/target_path.h"

namespace drover::repo {
namespace {

/// Whether a delegated role's failure is its own, not the network's.
bool is_of_the_role(const Error& error) {
  return error.code == Code::not_found ||
         (error.category() != Category::unavailable && error.category() != Category::internal);
}

}  // namespace

Refresh::Refresh(const TrustStore& store, trust::TrustedSet set, RefreshOptions options)
    : store_(&store), set_(std::move(set)), options_(options) {
  request(Step::root, "root", set_.root().version + 1, trust::kRootBytesMax);
}

Result<Refresh> Refresh::begin(const TrustStore& store, UnixTime now, RefreshOptions options) {
  const std::optional<Bytes> root = DROVER_TRY(store.load("root", trust::kRootBytesMax));
  if (!root)
    return fail(Code::not_found, fmt::format("{}: no trusted root.json; install the repository's root first",
                                             store.directory().string()));
  trust::TrustedSet set = DROVER_TRY(trust::TrustedSet::begin(*root, now).in(store.directory().string()));
  return Refresh(store, std::move(set), options);
}

void Refresh::request(Step step, std::string_view role, std::int64_t version, std::uint64_t bytes_max) {
  const bool versioned = step == Step::root || (step != Step::timestamp && set_.root().consistent_snapshot);
  const std::string name = trust::encoded_role(role) + ".json";
  step_ = step;
  request_ = MetadataRequest{versioned ? fmt::format("{}.{}", version, name) : name, bytes_max};
}

void Refresh::follow(std::string target_path) { followed_.push_back(std::move(target_path)); }

std::optional<MetadataRequest> Refresh::next() {
  if (!status_) return std::nullopt;
  if (!request_ && step_ == Step::done && !followed_.empty()) status_ = begin_delegated();
  return status_ ? request_ : std::nullopt;
}

void Refresh::feed(Result<Bytes> answer) {
  DROVER_ASSERT(request_.has_value());
  const MetadataRequest asked = *std::exchange(request_, std::nullopt);
  if (answer && answer->size() > asked.bytes_max)
    answer = fail(Code::too_large, fmt::format("more than {} bytes", asked.bytes_max));
  Status taken;
  if (step_ == Step::root && !answer && answer.error().code == Code::not_found)
    taken = begin_timestamp();  // §5.3.8: no newer root
  else if (!answer)
    taken = fail(std::move(answer).error());
  else
    taken = take(*answer);
  if (taken) return;
  if (step_ != Step::delegated || !is_of_the_role(taken.error())) {
    status_ = std::move(taken).in(asked.path);
    return;
  }
  role_errors_.insert_or_assign(wanted_.name, std::move(taken).in(asked.path).error());
  status_ = begin_delegated();
}

Status Refresh::take(const Bytes& bytes) {
  switch (step_) {
    case Step::root:
      return take_root(bytes);
    case Step::timestamp:
      return take_timestamp(bytes);
    case Step::snapshot:
      return take_snapshot(bytes);
    default:
      return take_targets(bytes);
  }
}

Status Refresh::take_root(const Bytes& bytes) {
  const trust::Root before = set_.root();
  DROVER_TRY(set_.update_root(bytes));
  // §5.3.11, fast-forward recovery. Before the root is stored: after a power cut the rotation is seen again.
  if (trust::lost_a_key(before, set_.root(), "timestamp") ||
      trust::lost_a_key(before, set_.root(), "snapshot")) {
    DROVER_TRY(store_->remove("timestamp"));
    DROVER_TRY(store_->remove("snapshot"));
  }
  DROVER_TRY(store_->save("root", bytes));  // §5.3.8
  if (++rotations_ >= options_.root_rotations_max) return begin_timestamp();
  request(Step::root, "root", set_.root().version + 1, trust::kRootBytesMax);
  return {};
}

Status Refresh::begin_timestamp() {
  // What was trusted before is the floor for versions; that it may have expired does not matter (§5.4.3).
  if (const std::optional<Bytes> stored = DROVER_TRY(store_->load("timestamp", trust::kTimestampBytesMax)))
    static_cast<void>(set_.update_timestamp(*stored));
  request(Step::timestamp, "timestamp", 0, trust::kTimestampBytesMax);
  return {};
}

Status Refresh::take_timestamp(const Bytes& bytes) {
  if (DROVER_TRY(set_.update_timestamp(bytes)) == trust::TrustedSet::Freshness::newer)
    DROVER_TRY(store_->save("timestamp", bytes));  // §5.4.5
  return begin_snapshot();
}

Status Refresh::begin_snapshot() {
  if (const std::optional<Bytes> stored = DROVER_TRY(store_->load("snapshot", trust::kSnapshotBytesMax)))
    if (set_.update_snapshot(*stored, true)) return begin_targets();
  const trust::MetaFile& meta = set_.timestamp()->snapshot;
  request(Step::snapshot, "snapshot", meta.version,
          std::min(meta.length.value_or(trust::kSnapshotBytesMax), trust::kSnapshotBytesMax));
  return {};
}

Status Refresh::take_snapshot(const Bytes& bytes) {
  DROVER_TRY(set_.update_snapshot(bytes));
  DROVER_TRY(store_->save("snapshot", bytes));  // §5.5.7
  return begin_targets();
}

Status Refresh::begin_targets() {
  if (!DROVER_TRY(load_role(Step::targets, {"targets", "root"}))) return {};
  return begin_delegated();
}

Result<bool> Refresh::load_role(Step step, const Walk::Role& role) {
  wanted_ = role;
  if (const std::optional<Bytes> stored = DROVER_TRY(store_->load(role.name, trust::kTargetsBytesMax)))
    if (update(role, *stored)) return true;
  const trust::MetaFile* meta = set_.meta(role.name);
  if (meta == nullptr)
    return fail(Code::metadata_mismatch, fmt::format("snapshot does not name the role \"{}\"", role.name));
  request(step, role.name, meta->version,
          std::min(meta->length.value_or(trust::kTargetsBytesMax), trust::kTargetsBytesMax));
  return false;
}

Status Refresh::update(const Walk::Role& role, ByteView bytes) {
  return role.name == "targets" ? set_.update_targets(bytes)
                                : set_.update_delegated(bytes, role.name, role.delegator);
}

Status Refresh::take_targets(const Bytes& bytes) {
  DROVER_TRY(update(wanted_, bytes));
  DROVER_TRY(store_->save(wanted_.name, bytes));  // §5.6.6
  return begin_delegated();
}

Status Refresh::begin_delegated() {
  while (!followed_.empty()) {
    const Walk walk = find_role(set_, followed_.front(), options_.delegations_max);
    if (!walk.missing || role_errors_.contains(walk.missing->name)) {
      followed_.pop_front();
      continue;
    }
    Result<bool> loaded = load_role(Step::delegated, *walk.missing);
    if (loaded && !*loaded) return {};  // asked for
    if (loaded) continue;
    if (!is_of_the_role(loaded.error())) return fail(std::move(loaded).error());
    role_errors_.insert_or_assign(walk.missing->name, std::move(loaded).error());
  }
  step_ = Step::done;
  return {};
}

}  // namespace drover::repo
