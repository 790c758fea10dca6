#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "sink/influx.h"

namespace drover::agent {

/// A model line that a standalone device follows: its version is what the signed channel says.
struct FollowedModel {
  ModelName name;
  std::string channel = "stable";
};

/// What the device's owner decides: docs/formats/agent-config.md.
struct Config {
  std::optional<DeviceId> device;
  std::string server;      // empty: standalone
  std::string repository;  // empty: the server's own
  std::filesystem::path state_dir = "/var/lib/drover";
  std::filesystem::path run_dir = "/run/drover";
  std::filesystem::path worker;  // empty: beside the agent
  std::filesystem::path sysfs = "/sys";
  std::string proxy;
  std::string metrics_address = "127.0.0.1:9690";  // empty: none
  sink::InfluxTarget influx = {};                  // no url: nowhere
  bool influx_raw = false;                         // a point an inference as well
  std::chrono::milliseconds poll = std::chrono::hours(1);
  double poll_jitter = 0.1;  // the poll comes up to this share earlier or later
  std::chrono::milliseconds report = std::chrono::minutes(1);
  std::chrono::milliseconds window = std::chrono::minutes(1);
  std::chrono::milliseconds smoke_timeout = std::chrono::minutes(5);
  std::uint64_t smoke_memory_mb_max = 0;  // MiB; 0: smoke_memory.h decides
  std::chrono::milliseconds requalify_every = std::chrono::hours(24);
  std::chrono::milliseconds holdout_every = std::chrono::hours(24);  // 0: after swaps only
  std::chrono::milliseconds holdout_timeout = std::chrono::minutes(30);
  std::chrono::milliseconds stall_timeout = std::chrono::seconds(30);
  int download_tries_max = 8;              // in a row that bring nothing
  std::uint64_t bytes_per_second_max = 0;  // of downloads; 0: no cap
  std::uint64_t spool_bytes_max = 64 << 20;
  std::chrono::milliseconds spool_age_max = std::chrono::days(30);
  std::size_t keep = 3;  // versions of a model on disk, the active one among them
  std::map<std::string, std::string> labels;
  std::vector<FollowedModel> models;

  [[nodiscard]] bool standalone() const { return server.empty(); }
  /// The base with metadata/ and targets/ under it, without a slash at its end.
  [[nodiscard]] std::string repository_url() const;
  [[nodiscard]] std::filesystem::path identity(std::string_view file) const {
    return state_dir / "identity" / file;
  }
  [[nodiscard]] std::filesystem::path trust() const { return state_dir / "trust"; }
  [[nodiscard]] std::filesystem::path spool() const { return state_dir / "spool"; }
  [[nodiscard]] std::filesystem::path control_socket() const { return run_dir / "agent.sock"; }
  [[nodiscard]] std::filesystem::path notify_socket() const { return run_dir / "notify.sock"; }
};

/// An option with one value. The file's key "state_dir" is the flag --state-dir and the variable
/// DROVER_STATE_DIR.
struct Option {
  std::string_view key;
  std::string_view help;
  Status (*set)(Config& config, std::string_view value);
};
const std::vector<Option>& options();

constexpr std::size_t kConfigBytesMax = 256 * 1024;

/// Reads agent.toml over `config`. Errors: bad_toml with line and column (also for a key that is not known),
/// too_large.
Status read_config(std::string_view toml, Config& config);

/// What holds between the options: a server or a repository, and a device id where there is a server.
Status check(const Config& config);

}  // namespace drover::agent
