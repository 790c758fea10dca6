#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/hook_policy.h"

namespace drover::server {

/// What server.toml, the environment and the flags decide. Relative paths are taken from the file's
/// directory.
struct Config {
  std::filesystem::path directory = ".";  // of server.toml

  std::string url = {};  // how operators and devices reach this server
  std::string address = "0.0.0.0";
  std::uint16_t port = 8443;
  std::uint16_t plain_port = 0;  // HTTP on 127.0.0.1, for /metrics and /healthz; 0: none
  std::string database = "drover.sqlite";
  std::string repository = "repository";
  bool repository_public = true;
  std::string tls_certificate = "tls/server.crt";
  std::string tls_key = "tls/server.key";
  std::string ca_certificate = "ca/ca.crt";
  std::string ca_key = "ca/ca.key";
  std::uint64_t connections_max = 10'000;
  std::uint64_t handler_threads = 16;
  std::uint64_t network_threads = 2;
  std::uint64_t upload_bytes_max = 4ULL << 30;
  std::uint64_t shadow_bytes_max = 8192;
  std::uint64_t shadow_depth_max = 6;
  std::uint64_t enrolments_per_minute = 60;         // attempts from one address; 0: no limit
  std::uint64_t enrolments_per_minute_total = 600;  // from all; 0: no limit
  std::uint64_t telemetry_per_minute = 60;          // requests of one device; 0: no limit
  bool per_device_metrics = false;
  std::string influx_url = {};  // empty: windows go nowhere
  std::string influx_database = {}, influx_org = {}, influx_bucket = {}, influx_token_file = {};
  HookPolicy hooks_act = {};
  std::string hooks_secret_file = {};  // empty: bearer tokens only
  std::chrono::milliseconds long_poll_max{300'000};
  std::chrono::milliseconds telemetry_retention{std::chrono::days(30)};
  std::chrono::milliseconds windows_retention{std::chrono::days(90)};
  std::chrono::milliseconds alerts_retention{std::chrono::days(400)};

  [[nodiscard]] std::filesystem::path at(const std::string& path) const { return directory / path; }
};

/// One option: its place in the file ("tls.key"), which gives its flag (--tls-key) and its environment
/// variable (DROVER_TLS_KEY).
struct Option {
  std::string_view key;
  std::string_view help;
  Status (*set)(Config& config, std::string_view value);

  [[nodiscard]] std::string flag() const;
  [[nodiscard]] std::string variable() const;
};

/// All options; documentation, file, flags and environment follow this table.
std::span<const Option> options();

/// Sets what the TOML text says. Unknown keys, wrong values and bad syntax fail with bad_toml, naming line
/// and column.
Status read_config(Config& config, std::string_view toml);
/// Sets one option from a flag or a variable; `source` names it in the error.
Status set_option(Config& config, const Option& option, std::string_view value, std::string_view source);

}  // namespace drover::server
