#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "trust/envelope.h"
#include "trust/metadata.h"

namespace drover::trust {

/// Bytes and a time in, verified metadata out: the client workflow of TUF 1.0.34 §5 without any I/O. Each
/// check cites its clause. Feed, in this order: the trusted root; newer roots, one by one; the stored
/// timestamp, then the fetched one; the stored snapshot, then the fetched one; targets; delegated roles,
/// parents first. Another order is refused (internal).
///
/// A stored file that fails may still have taught the set what to refuse: an expired timestamp is the floor
/// for versions. So callers feed stored files first and go on after an error.
class TrustedSet {
 public:
  /// §5.2: the root that is trusted already. `now` is the one time of this refresh (§5.1).
  static Result<TrustedSet> begin(ByteView trusted_root, UnixTime now);

  /// Takes another set's timestamp and snapshot for what was trusted before: the floors for versions. Only
  /// before a timestamp is fed.
  void remember(const TrustedSet& before);

  /// §5.3.4 to §5.3.7.
  Status update_root(ByteView bytes);
  enum class Freshness : std::uint8_t { newer, same };
  /// §5.3.10, §5.4. `same`: the version is the trusted one's; the bytes are not taken.
  Result<Freshness> update_timestamp(ByteView bytes);
  /// §5.5. `stored`: was accepted once, so its hash is not compared again (§5.5.2).
  Status update_snapshot(ByteView bytes, bool stored = false);
  /// §5.6, and for a delegated role §5.6.7: `role` as `delegator` delegates it.
  Status update_targets(ByteView bytes);
  Status update_delegated(ByteView bytes, std::string_view role, std::string_view delegator);

  [[nodiscard]] UnixTime now() const { return now_; }
  [[nodiscard]] const Root& root() const { return root_; }
  [[nodiscard]] const Timestamp* timestamp() const { return timestamp_ ? &*timestamp_ : nullptr; }
  [[nodiscard]] const Snapshot* snapshot() const { return snapshot_ ? &*snapshot_ : nullptr; }
  /// The top-level role is "targets"; null for a role not loaded.
  [[nodiscard]] const Targets* targets(std::string_view role = "targets") const;
  [[nodiscard]] const std::map<std::string, Targets, std::less<>>& all_targets() const { return targets_; }
  /// What the snapshot says of a targets role; null when it is not in it.
  [[nodiscard]] const MetaFile* meta(std::string_view role) const;
  /// The newest `issued` among root and targets roles: all of them signed offline.
  [[nodiscard]] std::optional<UnixTime> newest_issued() const;

 private:
  explicit TrustedSet(UnixTime now) : now_(now) {}
  [[nodiscard]] Status check_final_timestamp() const;
  [[nodiscard]] Status check_final_snapshot() const;
  Status update_targets_role(ByteView bytes, std::string_view role, const Keys& keys, const RoleKeys& by);

  UnixTime now_;
  Root root_;
  std::optional<Timestamp> timestamp_;
  std::optional<Snapshot> snapshot_;
  std::optional<Snapshot> remembered_snapshot_;  // until the timestamp is there
  std::map<std::string, Targets, std::less<>> targets_;
};

/// §5.3.11: whether a key that `before` trusted for `role` is trusted no longer in `after`.
bool lost_a_key(const Root& before, const Root& after, const std::string& role);

}  // namespace drover::trust
