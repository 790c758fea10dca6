#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "repo/delegation_walk.h"
#include "repo/layout.h"
#include "repo/trust_store.h"
#include "trust/trusted_set.h"

namespace drover::repo {

/// A file to fetch: `path` is relative to the repository's metadata/ and ready for a URL. A longer answer
/// than `bytes_max` is not to be read to its end (feed too_large).
struct MetadataRequest {
  std::string path;
  std::uint64_t bytes_max = 0;
};

struct RefreshOptions {
  int root_rotations_max = 256;  // TUF 1.0.34 §5.3.3
  int delegations_max = 32;      // §5.6.7.1: roles visited for one target
};

/// One refresh of a client's metadata, without I/O to the network: the caller fetches what next() names and
/// feeds what came. Requests are 2.root.json … until not_found, timestamp.json, N.snapshot.json,
/// N.targets.json and then the delegated roles of the paths followed, each only when the stored one is not
/// it: an up-to-date client makes two. What is accepted is stored at once; a power cut between any two writes
/// leaves a directory from which the next refresh goes on.
///
///     Refresh refresh = DROVER_TRY(Refresh::begin(store, clock.now()));
///     refresh.follow(channel_target_path(model, "stable"));
///     while (auto request = refresh.next()) refresh.feed(fetch(*request));
///     DROVER_TRY(refresh.status());
///     TargetInfo target = DROVER_TRY(refresh.find(path));
class Refresh {
 public:
  /// `store` must outlive it. `now` is fixed for the whole refresh (§5.1). not_found when no root was
  /// installed.
  static Result<Refresh> begin(const TrustStore& store, UnixTime now, RefreshOptions options = {});

  /// Loads the roles that may speak about `target_path`; may be called before, during and after the top-level
  /// roles are fetched: go on with next(). Following a model's channel loads the model's role.
  void follow(std::string target_path);

  /// The next file to fetch; nullopt when all is there or something failed. The same until feed().
  std::optional<MetadataRequest> next();
  /// The file's bytes, or why it did not come; a 404 or 403 is not_found.
  void feed(Result<Bytes> answer);
  /// Whether all went well so far. A failure is final: begin another refresh. A delegated role that does not
  /// hold (expired, wrongly signed, missing) is no such failure, since it is one model's alone: followed()
  /// and find() tell it.
  [[nodiscard]] Status status() const { return status_; }
  /// Whether all roles that may speak about `target_path` are loaded and hold.
  [[nodiscard]] Status followed(std::string_view target_path) const;

  /// The target that `path` names, by order of delegation (§5.6.7). not_found when no role names it; what
  /// followed() says when its roles are not all there.
  [[nodiscard]] Result<TargetInfo> find(std::string_view path) const;
  /// All targets below `prefix` ("models/defect/") in the roles loaded, sorted by path.
  [[nodiscard]] std::vector<TargetInfo> targets(std::string_view prefix) const;

  /// The versions of a model on offer, ascending; targets that are no model targets are left out.
  [[nodiscard]] std::vector<ModelTarget> versions(const ModelName& model) const;
  /// The versions that the model's role says were withdrawn.
  [[nodiscard]] std::vector<YankedVersion> yanked(const ModelName& model) const;

  /// The newest `issued` in the offline-signed metadata seen, for the trusted-time floor. Valid at any time.
  [[nodiscard]] std::optional<UnixTime> newest_issued() const { return set_.newest_issued(); }
  [[nodiscard]] const trust::TrustedSet& trusted() const { return set_; }

 private:
  enum class Step : std::uint8_t { root, timestamp, snapshot, targets, delegated, done };

  Refresh(const TrustStore& store, trust::TrustedSet set, RefreshOptions options);
  void request(Step step, std::string_view role, std::int64_t version, std::uint64_t bytes_max);
  [[nodiscard]] Status take(const Bytes& bytes);
  [[nodiscard]] Status take_root(const Bytes& bytes);
  [[nodiscard]] Status take_timestamp(const Bytes& bytes);
  [[nodiscard]] Status take_snapshot(const Bytes& bytes);
  [[nodiscard]] Status take_targets(const Bytes& bytes);
  [[nodiscard]] Status begin_timestamp();
  [[nodiscard]] Status begin_snapshot();
  [[nodiscard]] Status begin_targets();
  [[nodiscard]] Status begin_delegated();
  /// Takes the stored file of a targets role when it is the one that the snapshot names; else asks for it.
  [[nodiscard]] Result<bool> load_role(Step step, const Walk::Role& role);
  [[nodiscard]] Status update(const Walk::Role& role, ByteView bytes);

  const TrustStore* store_;
  trust::TrustedSet set_;
  RefreshOptions options_;
  Step step_ = Step::root;
  Status status_;
  std::optional<MetadataRequest> request_;
  Walk::Role wanted_;
  int rotations_ = 0;
  std::deque<std::string> followed_;
  std::map<std::string, Error, std::less<>> role_errors_;
};

}  // namespace drover::repo
