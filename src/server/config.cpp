#include "server/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "base/clock.h"
#include "base/toml.h"

namespace drover::server {
namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;

Status assign(std::string& to, std::string_view value) {
  to = value;
  return {};
}

template <std::unsigned_integral T>
Status assign(T& to, std::string_view value) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), to);
  if (error == std::errc() && end == value.data() + value.size()) return {};
  return fail(Code::invalid_argument, fmt::format("\"{}\" is no whole number in range", value));
}

Status assign(bool& to, std::string_view value) {
  if (value != "true" && value != "false")
    return fail(Code::invalid_argument, fmt::format("\"{}\" is neither true nor false", value));
  to = value == "true";
  return {};
}

Status assign(std::chrono::milliseconds& to, std::string_view value) {
  to = DROVER_TRY(parse_duration(value));
  return {};
}

Status assign(HookPolicy& to, std::string_view value) {
  to = DROVER_TRY(HookPolicy::parse(value));
  return {};
}

template <auto Member>
constexpr Status (*into())(Config&, std::string_view) {
  return [](Config& config, std::string_view value) { return assign(config.*Member, value); };
}

constexpr std::array kOptions = {
    Option{"url", "How devices and operators reach this server", into<&Config::url>()},
    Option{"address", "Address to listen on with TLS", into<&Config::address>()},
    Option{"port", "Port to listen on with TLS; 0 takes a free one", into<&Config::port>()},
    Option{"plain_port", "Port for HTTP on 127.0.0.1: /metrics, /healthz; 0: none",
           into<&Config::plain_port>()},
    Option{"database", "SQLite file", into<&Config::database>()},
    Option{"repository", "Directory with metadata/ and targets/", into<&Config::repository>()},
    Option{"repository_public", "Serve /repo to whoever asks", into<&Config::repository_public>()},
    Option{"tls.certificate", "The server's certificate, PEM", into<&Config::tls_certificate>()},
    Option{"tls.key", "Its key, PEM", into<&Config::tls_key>()},
    Option{"ca.certificate", "The authority of the devices' certificates, PEM",
           into<&Config::ca_certificate>()},
    Option{"ca.key", "Its key, PEM", into<&Config::ca_key>()},
    Option{"limits.connections", "Connections at once", into<&Config::connections_max>()},
    Option{"limits.upload_bytes", "Largest file that can be uploaded", into<&Config::upload_bytes_max>()},
    Option{"limits.shadow_bytes", "Largest shadow: desired and reported", into<&Config::shadow_bytes_max>()},
    Option{"limits.shadow_depth", "Levels of names in a shadow", into<&Config::shadow_depth_max>()},
    Option{"limits.enrolments_per_minute", "Attempts to enrol from one address; 0: no limit",
           into<&Config::enrolments_per_minute>()},
    Option{"limits.enrolments_per_minute_total", "Attempts to enrol from all addresses; 0: no limit",
           into<&Config::enrolments_per_minute_total>()},
    Option{"limits.telemetry_per_minute", "Telemetry requests of one device; 0: no limit",
           into<&Config::telemetry_per_minute>()},
    Option{"limits.long_poll", "Longest wait of GET /device/v1/shadow", into<&Config::long_poll_max>()},
    Option{"threads.handlers", "Threads for requests", into<&Config::handler_threads>()},
    Option{"threads.network", "Threads for connections", into<&Config::network_threads>()},
    Option{"per_device_metrics", "Series for each device in /metrics", into<&Config::per_device_metrics>()},
    Option{"influx.url", "InfluxDB that every window is sent to as points; none: nowhere",
           into<&Config::influx_url>()},
    Option{"influx.database", "Its database (1.x API)", into<&Config::influx_database>()},
    Option{"influx.org", "Its organisation (2.x API)", into<&Config::influx_org>()},
    Option{"influx.bucket", "Its bucket (2.x API)", into<&Config::influx_bucket>()},
    Option{"influx.token_file", "File with its token", into<&Config::influx_token_file>()},
    Option{"hooks.act",
           "What alerts of Grafana and Alertmanager may do: record, hold or rollback, or by model: "
           "m=rollback,record",
           into<&Config::hooks_act>()},
    Option{"hooks.secret_file", "Secret of Grafana's signature over a webhook's body; none: tokens only",
           into<&Config::hooks_secret_file>()},
    Option{"telemetry.retention", "How long telemetry but for windows and alerts is kept",
           into<&Config::telemetry_retention>()},
    Option{"retention.windows", "How long devices' windows are kept", into<&Config::windows_retention>()},
    Option{"retention.alerts", "How long devices' alerts are kept", into<&Config::alerts_retention>()},
};

std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  std::ostringstream out;
  node.visit([&out](const auto& value) {
    if constexpr (toml::is_integer<decltype(value)> || toml::is_boolean<decltype(value)>) out << value;
  });
  return out.str();
}

std::string place(const toml::source_region& source) {
  return fmt::format("line {}, column {}", source.begin.line, source.begin.column);
}

Status read_table(Config& config, const toml::table& table, const std::string& prefix) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      DROVER_TRY(read_table(config, *inner, key + "."));
      continue;
    }
    const auto option = std::ranges::find(kOptions, key, &Option::key);
    if (option == kOptions.end())
      return fail(Code::bad_toml, fmt::format("{}: there is no option \"{}\"", place(name.source()), key));
    if (Status set = option->set(config, text_of(node)); !set)
      return fail(Code::bad_toml, fmt::format("{}: {}: {}", place(node.source()), key, set.error().message));
  }
  return {};
}

}  // namespace

std::string Option::flag() const {
  std::string text = "--" + std::string(key);
  std::ranges::replace(text, '.', '-');
  std::ranges::replace(text, '_', '-');
  return text;
}

std::string Option::variable() const {
  std::string text = "DROVER_" + std::string(key);
  std::ranges::replace(text, '.', '_');
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::span<const Option> options() { return kOptions; }

Status read_config(Config& config, std::string_view text) {
  if (text.size() > kFileBytesMax)
    return fail(Code::too_large, fmt::format("a configuration has at most {} bytes", kFileBytesMax));
  try {
    return read_table(config, toml::parse(text), "");
  } catch (const toml::parse_error& error) {
    return fail(Code::bad_toml, fmt::format("{}: {}", place(error.source()), error.description()));
  }
}

Status set_option(Config& config, const Option& option, std::string_view value, std::string_view source) {
  return option.set(config, value).in(source);
}

}  // namespace drover::server
