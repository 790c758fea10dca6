#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "repo/draft.h"
#include "repo/key_ring.h"
#include "repo/repository.h"
#include "repo/yanked.h"

namespace drover::repo {

/// The keys that a role trusts, and how many of them must sign.
struct KeySet {
  std::vector<trust::Key> keys = {};
  std::int64_t threshold = 1;
};

/// What a holder of offline keys changes in a repository: on copies, without I/O, until sign() makes an Offer
/// of it. One Edit may hold several changes, which are then published together or not at all.
class Edit {
 public:
  /// `state` as load_repository (or a client) gives it; it must outlive the edit.
  Edit(const trust::TrustedSet& state, UnixTime now);

  /// Adds a variant of a version. The first one of a model delegates a role to it, signed by the keys of the
  /// targets role. Returns where the bundle's file belongs.
  /// Errors: already_exists (a version is immutable), yanked, invalid_argument.
  Result<TargetInfo> add_version(ModelTarget target, std::uint64_t length, const Digest& digest);
  /// Points a channel at a version that is there. not_found when it is not.
  Status promote(const ModelName& model, const std::string& channel, const Version& version);
  /// Removes a version's targets and records it as withdrawn; channels that pointed at it are removed too.
  /// Returns those channels. not_found.
  Result<std::vector<std::string>> yank(const ModelName& model, const Version& version,
                                        const std::string& reason);

  /// Roles are root, targets, snapshot, timestamp, or a model's. Where the keys of targets change, those of
  /// the models' roles that had the same change with them. Errors of all that follow: not_found,
  /// invalid_argument (no key twice, 1 ≤ threshold ≤ keys).
  Result<KeySet> keys_of(const std::string& role);
  Status set_keys(const std::string& role, const KeySet& keys);
  /// Puts `next` in the place of the key `keyid`; of a role with one key it need not be named.
  Status rotate(const std::string& role, const trust::Key& next, const std::string& keyid = {});
  Status add_key(const std::string& role, const trust::Key& key);
  Status set_threshold(const std::string& role, std::int64_t threshold);
  /// Takes a key from every role that trusts it, and returns those.
  Result<std::vector<std::string>> revoke(const std::string& keyid);
  /// Gives a model line keys of its own, of a team for instance, before or after its first version.
  Status delegate(const ModelName& model, const KeySet& keys);
  /// Signs root, targets or a model's role again, as it is, for another lifetime.
  Status extend(const std::string& role);

  /// All that changed, unsigned.
  [[nodiscard]] Draft draft() const;
  /// Signs all that changed. not_authorized when keys are missing.
  [[nodiscard]] Result<Offer> sign(const KeyRing& keys) const;

 private:
  trust::Targets& changed(const std::string& role);
  [[nodiscard]] Result<trust::Targets*> role_of(const ModelName& model);
  void delegate(const ModelName& model);
  [[nodiscard]] trust::DelegatedRole* delegated(const std::string& role);
  void set_delegated_keys(trust::DelegatedRole& child, const KeySet& keys);
  void follow_targets_keys(const trust::RoleKeys& before, const KeySet& keys);
  [[nodiscard]] Draft::Piece draft_root() const;
  [[nodiscard]] Draft::Piece draft_role(const std::string& name) const;

  const trust::TrustedSet& state_;
  UnixTime now_;
  trust::Root root_;
  bool root_changed_ = false;
  std::map<std::string, trust::Targets, std::less<>> roles_;
  std::set<std::string> changed_;
  std::map<std::string, std::string> blobs_;
};

/// invalid_argument for a model that is called like a top-level role.
Status check_role_name(const ModelName& model);

/// What stands in a model's role.
struct Channel {
  std::string name;
  Digest sha256;
  std::string version;  // as the target's custom says
};
std::vector<Channel> channels_of(const trust::Targets& role, const ModelName& model);

}  // namespace drover::repo
