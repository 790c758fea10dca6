#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/updater.h"
#include "fs/sim_file_system.h"

namespace drover::agent {

/// For tests: a version as its publisher made it.
struct SimVersion {
  Version version;
  std::map<std::string, std::string> members;  // path → content
  std::string bundle;                          // members in a plain form that sim_unpack() reads
  Digest digest;
  bool is_good = true;  // what probation will see
};
SimVersion sim_version(std::string_view version, bool is_good = true);

/// Unpacks a SimVersion's bundle as the real one is unpacked: through a DirectoryWriter.
Status sim_unpack(fs::FileSystem& files, const fs::Path& bundle, const fs::Path& into);

/// The world around a device: what stays when its power goes.
struct SimWorld {
  std::vector<SimVersion> versions;
  lifecycle::Assignment assignment;
  lifecycle::TimeBounds time;  // as the metadata say
  std::uint64_t bytes_sent = 0;
  std::uint64_t saved_revision = 0;  // of the newest record whose save() returned
  std::vector<Digest> announced;     // what applications were told to use, each change once
  std::vector<lifecycle::Report> reports;
  lifecycle::Environment environment;        // empty: nothing is qualified again
  std::set<std::string> fail_samples_under;  // "VERSION RUNTIME" for each pair whose golden samples fail
  bool damage_shows = true;                  // in the samples of a version with damaged files
  bool is_online = true;
  std::uint64_t inferences = 1000;  // that a version on probation records every two minutes

  [[nodiscard]] const SimVersion& named(const Digest& digest) const;
};

constexpr std::uint64_t kSimSyncEvery = 640;
constexpr std::size_t kSimChunk = 480;

/// One life of an agent, from boot to power cut: a real DeviceStore and Updater on a simulated disk, with
/// hands that do their work at once.
class SimDevice : public Hands {
 public:
  SimDevice(fs::SimFileSystem& files, SimWorld& world, std::size_t keep = 3);

  /// Opens the store and takes up what is there.
  Status boot();
  /// Does what is due until nothing is, or the power is off. False when it never comes to rest.
  bool run();
  Updater& updater() { return *updater_; }
  DeviceStore& store() { return store_; }
  ManualClock& clock() { return clock_; }

  void check(const ModelName& model, const lifecycle::Assignment& assignment) override;
  void download(const ModelName& model, const lifecycle::Target& target, const fs::Path& part) override;
  void unpack(const ModelName& model, const fs::Path& part, const fs::Path& into) override;
  void inspect(const ModelName& model, const fs::Path& version_directory,
               const std::optional<Digest>& manifest) override;
  void smoke_test(const ModelName& model, const fs::Path& version_directory, Haste haste) override;
  void cancel(const ModelName& model) override;
  void active_changed(const ModelName& model, const lifecycle::Installed& active) override;
  void report(const ModelName& model, const lifecycle::Report& report) override;

  /// Another byte in the middle of a member, as a worn flash cell gives it; durable.
  Status damage(const Digest& digest, const std::string& member);
  /// Every member of the version is there with its content.
  bool is_complete(const Digest& digest);
  /// All paths below `directory`, symlinks as "link -> target".
  std::vector<std::string> tree(const fs::Path& directory);

  static const ModelName& model();
  static const fs::Path& root();

 private:
  Status fetch(const lifecycle::Target& target, const fs::Path& part);

  fs::SimFileSystem& files_;
  SimWorld& world_;
  ManualClock clock_{UnixTime(std::chrono::seconds(1'800'000'000))};
  DeviceStore store_;
  std::size_t keep_;
  std::unique_ptr<Updater> updater_;
};

}  // namespace drover::agent
