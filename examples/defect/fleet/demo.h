#pragma once

#include <map>
#include <memory>
#include <vector>

#include "device.h"
#include "page_data.h"

namespace drover::defect {

/// The whole scene: a workspace with its server, a fleet with a camera each, and a device that only knows a
/// stick.
class Demo {
 public:
  explicit Demo(const DemoOptions& options);

  /// Empties the folder for this demo. A fleet that an earlier demo kept there is stopped; conflict while one
  /// still plays.
  Status claim();
  /// Workspace, server, enrolled and running devices.
  Status set_up();
  /// Stops every process, or with --keep leaves the fleet running.
  void tear_down();

  /// Starts defect-train in the background for a version; `flags` such as {"--nan-fraction", "0.02"}.
  Status start_training(const std::string& version, std::uint64_t seed, std::vector<std::string> flags = {});
  /// Waits for it, showing how far it is; its training.json.
  Result<Json> trained(const std::string& version);
  [[nodiscard]] std::filesystem::path training_folder(const std::string& version) const;
  [[nodiscard]] std::filesystem::path training_log(const std::string& version) const;

  /// `drover WORDS --json`.
  [[nodiscard]] Result<Json> drover(std::vector<std::string> words) const;
  /// `drover model pack` of what was trained as `from`; golden outputs may come from elsewhere, then nothing
  /// is verified.
  Result<Json> pack(const std::string& version, const std::string& from,
                    const std::string& golden_outputs_of = {});
  /// `drover model publish` into the workspace, channel stable; remembers the digest.
  Result<Json> publish(const std::string& version);
  /// What the signed metadata call this version's bundle.
  [[nodiscard]] const std::string& digest(const std::string& version) const { return digests_.at(version); }
  [[nodiscard]] std::filesystem::path bundle(const std::string& version) const;

  Status assign(const Device& device, const std::string& version);
  /// What the server knows that the device reported of the model; null when nothing.
  [[nodiscard]] Result<Json> reported(const Device& device) const;
  /// The model's part of the newest telemetry that the server has from it. Errors: not_found when none came
  /// yet.
  [[nodiscard]] Result<Json> telemetry(const Device& device) const;
  /// Of the device's windows that the server has, the newest `count`, newest first:
  /// docs/formats/telemetry.md.
  [[nodiscard]] Result<Json> windows(const Device& device, int count) const;
  /// Its alerts since `since_ms`, newest first.
  [[nodiscard]] Result<Json> alerts(const Device& device, std::int64_t since_ms) const;
  /// `drover drift explain` of an alert, whose verdict the server keeps.
  [[nodiscard]] Result<Json> explain(const Json& alert) const;
  /// Waits until a device asks for a retraining; what of the evidence it gave says why.
  Result<Json> await_retraining();
  /// Memory and CPU time of each agent, as the kernel tells them.
  [[nodiscard]] Json agents_cost() const;

  /// The rolling confidence of each device before its camera changes.
  void note_confidence();
  [[nodiscard]] Json confidence_before(const Device& device) const;
  void change_cameras_at(std::int64_t at_ms) { cameras_changed_ms_ = at_ms; }
  [[nodiscard]] std::int64_t cameras_changed_at() const { return cameras_changed_ms_; }

  /// Of every device, for the page; what cannot be had is left out.
  [[nodiscard]] std::vector<PageDevice> page_devices() const;

  /// How many targets (bundles, channels) the server has served, by its /metrics.
  [[nodiscard]] Result<std::uint64_t> bundles_served() const;
  /// Waits until `done` holds for the reports of all devices.
  Status await_fleet(const std::string& what, std::chrono::seconds time_max,
                     const std::function<bool(const Json& reported)>& done) const;

  /// Puts a copy of a repository on the stick, changed by `change` before it is plugged in.
  Status plug_stick(const std::filesystem::path& repository,
                    const std::function<Status(const std::filesystem::path& copy)>& change = {});

  [[nodiscard]] const DemoOptions& options() const { return options_; }
  [[nodiscard]] std::filesystem::path out() const { return std::filesystem::absolute(options_.out); }
  [[nodiscard]] std::filesystem::path workspace() const { return out() / "workspace"; }
  [[nodiscard]] std::filesystem::path repository() const { return workspace() / "repository"; }
  [[nodiscard]] std::filesystem::path stick() const { return out() / "stick"; }
  std::vector<std::unique_ptr<Device>>& fleet() { return fleet_; }
  Device& standalone() { return *standalone_; }
  /// Every log file of the fleet with the name of its program.
  [[nodiscard]] std::vector<std::filesystem::path> logs() const;

 private:
  Status start_server();
  Status set_up_fleet();
  Status set_up_standalone();
  Status write_policy() const;

  const DemoOptions& options_;
  int port_ = 0;
  Daemon server_;
  std::vector<std::unique_ptr<Device>> fleet_;
  std::unique_ptr<Device> standalone_;
  std::map<std::string, Daemon> trainings_;
  std::map<std::string, std::string> digests_;
  std::map<std::string, Json> confidence_before_;
  std::int64_t cameras_changed_ms_ = 0;
  std::int64_t begun_ms_ = 0;
};

/// Since 1970, by the clock that devices and server share here.
std::int64_t now_ms();

}  // namespace drover::defect
