#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "repo/key_ring.h"
#include "repo/repository.h"
#include "repo/yanked.h"

namespace drover::repo {

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
  /// Replaces a role's keys ("root", "targets", "snapshot", "timestamp") by `next`. For targets the models'
  /// roles that the old keys sign go with it.
  Status rotate(const std::string& role, const trust::Key& next);
  /// Signs root, targets or a model's role again, as it is, for another lifetime.
  Status extend(const std::string& role);

  /// Signs all that changed. not_authorized when keys are missing.
  [[nodiscard]] Result<Offer> sign(const KeyRing& keys) const;

 private:
  trust::Targets& changed(const std::string& role);
  [[nodiscard]] Result<trust::Targets*> role_of(const ModelName& model);
  void delegate(const ModelName& model);
  void replace_delegated_keys(const std::vector<std::string>& old, const std::string& keyid,
                              const trust::Key& key);
  [[nodiscard]] Status sign_root(const KeyRing& keys, Offer& offer) const;
  [[nodiscard]] Status sign_role(const std::string& name, const KeyRing& keys, Offer& offer) const;

  const trust::TrustedSet& state_;
  UnixTime now_;
  trust::Root root_;
  bool root_changed_ = false;
  std::map<std::string, trust::Targets, std::less<>> roles_;
  std::set<std::string> changed_;
  std::map<std::string, std::string> blobs_;
};

/// What stands in a model's role.
struct Channel {
  std::string name;
  Digest sha256;
  std::string version;  // as the target's custom says
};
std::vector<Channel> channels_of(const trust::Targets& role, const ModelName& model);

}  // namespace drover::repo
