#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "process.h"

namespace drover::defect {

/// Where the programs are, where the demo writes, and what it was asked to do.
struct DemoOptions {
  std::filesystem::path programs;  // drover, drover-agent, …
  std::filesystem::path out = "out/demo";
  std::uint64_t seed = 1;
  bool keep = false, fast = false;
  int devices = 5;

  [[nodiscard]] std::string program(const char* name) const { return (programs / name).string(); }
  [[nodiscard]] std::filesystem::path pids() const { return out / "pids"; }
  /// A part of the fleet, which --keep leaves running.
  [[nodiscard]] Daemon::Options daemon(std::filesystem::path log) const {
    return {std::move(log), pids(), keep};
  }
};

/// One device of the fleet: an agent and an inspector, with a directory of their own. What is said about it
/// is read from it: the agent's own status, the inspector's own counts, its disk.
class Device {
 public:
  /// `name` is also the device id. `toml` is agent.toml without the directories.
  Device(const DemoOptions& options, std::string name, std::uint64_t camera_seed, std::string toml);

  [[nodiscard]] const std::string& name() const { return name_; }
  Status write_config();
  /// Installs the root of trust, and with a token also asks the server for a certificate.
  Status enroll(const std::filesystem::path& root, const std::filesystem::path& ca, const std::string& token);
  Status start_agent();
  Status start_inspector();
  void kill_agent() { agent_.kill(); }
  /// What its camera has from now on, as `defect-inspector --fault` takes it.
  Status set_fault(const std::string& fault) const;
  [[nodiscard]] pid_t agent_pid() const { return agent_.pid(); }
  void stop();
  void release();

  /// `drover-agent status --json`.
  [[nodiscard]] Result<Json> status() const;
  /// The model line's part of it; null when the device knows no model yet.
  [[nodiscard]] Result<Json> model() const;
  [[nodiscard]] Result<Json> history() const;
  [[nodiscard]] bool inspector_runs() const { return inspector_.runs(); }
  /// The inspector's last line of counts; null when it has not said anything.
  [[nodiscard]] Json counts() const;
  /// The names under models/defect/DIRECTORY on its disk.
  [[nodiscard]] std::vector<std::string> on_disk(const char* directory) const;
  /// Bytes under models/defect/staging.
  [[nodiscard]] std::uint64_t staged_bytes() const;
  [[nodiscard]] std::filesystem::path agent_log() const { return directory_ / "agent.log"; }
  [[nodiscard]] std::filesystem::path inspector_log() const { return directory_ / "inspector.log"; }

 private:
  [[nodiscard]] std::vector<std::string> agent(std::vector<std::string> words) const;

  const DemoOptions& options_;
  std::string name_, toml_;
  std::uint64_t camera_seed_;
  std::filesystem::path directory_;
  Daemon agent_, inspector_;
};

/// Asks again every 100 ms until `done` says true; timed_out with what was waited for, and what was seen
/// last; at once when this process was interrupted.
Status wait_for(const std::string& what, std::chrono::seconds time_max,
                const std::function<bool(std::string& seen)>& done);

}  // namespace drover::defect
