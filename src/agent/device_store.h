#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "fs/file_system.h"
#include "lifecycle/record.h"
#include "policy/policy.h"

namespace drover::agent {

/// Where everything of a model lies: docs/formats/device.md.
struct ModelPaths {
  fs::Path directory;  // models/NAME
  [[nodiscard]] fs::Path versions() const { return directory / "versions"; }
  [[nodiscard]] fs::Path version(const Digest& digest) const { return versions() / digest.hex(); }
  [[nodiscard]] fs::Path active() const { return directory / "active"; }
  [[nodiscard]] fs::Path staging() const { return directory / "staging"; }
  [[nodiscard]] fs::Path part(const Digest& digest) const { return staging() / (digest.hex() + ".part"); }
  [[nodiscard]] fs::Path unpacked(const Digest& digest) const { return staging() / digest.hex(); }
};

/// The device's memory on its disk: state.json and the versions of each model. Whatever the moment of a power
/// cut, open() finds the `active` of before or after and a record that is at least as new as all that was
/// announced.
class DeviceStore {
 public:
  /// `root`: the agent's state_dir; made when absent.
  DeviceStore(fs::FileSystem& files, fs::Path root) : files_(files), root_(std::move(root)) {}

  /// At start, before anything else: reads state.json and removes what an interrupted agent left half done.
  /// Returns what was found amiss, a sentence each. A state.json that cannot be read is set aside and what is
  /// known is taken from the disk: a running model goes on. Errors: bad_state for one that a newer agent
  /// wrote; of the disk.
  Result<std::vector<std::string>> open();

  [[nodiscard]] const lifecycle::Records& records() const { return records_; }
  /// An empty record for a model not heard of.
  [[nodiscard]] lifecycle::Record record(const ModelName& model) const;
  /// Durable when it returns; gives the record its next revision.
  Status save(const ModelName& model, lifecycle::Record& record);

  [[nodiscard]] ModelPaths paths(const ModelName& model) const { return {root_ / "models" / model.str()}; }
  [[nodiscard]] fs::FileSystem& files() const { return files_; }

  /// Makes the model's directories.
  Status prepare(const ModelName& model);
  /// Moves the unpacked bundle from staging to its place among the versions, durably.
  Status install(const ModelName& model, const Digest& digest);
  /// Puts the members of the unpacked bundle in staging in the place of those of a damaged version, each by
  /// one rename, durably: at no moment is a file of the version missing that was there, and whoever reads one
  /// finds the old bytes or the right ones. Can be repeated.
  Status mend(const ModelName& model, const Digest& digest);
  /// The SHA-256 of an installed version's manifest.json.
  Result<Digest> manifest_digest(const ModelName& model, const Digest& digest) const;
  /// Points `active` at an installed version, durably; nothing when it does already. not_found when the
  /// version is not there.
  Status activate(const ModelName& model, const Digest& digest);
  /// What `active` names; none when there is no such link.
  Result<std::optional<Digest>> active(const ModelName& model) const;
  [[nodiscard]] bool is_installed(const ModelName& model, const Digest& digest) const;
  /// Removes all versions that neither the record nor `active` names and nobody holds a lock on.
  Status prune(const ModelName& model);
  /// Empties staging, but for the `.part` of `kept` where one is given.
  Status clear_staging(const ModelName& model, const std::optional<Digest>& kept = std::nullopt);

  /// The policy in the version's bundle, or the default when it has none.
  [[nodiscard]] Result<policy::Policy> policy(const ModelName& model, const Digest& digest) const;

 private:
  Status make_root();
  Status read_state(std::vector<std::string>& amiss);
  Status recover(const ModelName& model, std::vector<std::string>& amiss);
  Status adopt_active(const ModelName& model, std::vector<std::string>& amiss);
  Status mend_active(const ModelName& model, std::vector<std::string>& amiss);
  Result<std::vector<ModelName>> models_on_disk() const;
  Status remove_version(const ModelName& model, const std::string& name);

  fs::FileSystem& files_;
  fs::Path root_;
  lifecycle::Records records_;
};

}  // namespace drover::agent
