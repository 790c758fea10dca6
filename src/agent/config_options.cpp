#include <fmt/format.h>

#include <charconv>

#include "agent/config.h"

namespace drover::agent {
namespace {

template <class Number>
Result<Number> number(std::string_view text, Number low, Number high) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= low && value <= high) return value;
  return fail(Code::invalid_argument,
              fmt::format("\"{}\" is not a number from {} to {}", text.substr(0, 40), low, high));
}

Result<std::chrono::milliseconds> span_of_time(std::string_view text, std::chrono::milliseconds low) {
  const auto value = DROVER_TRY(parse_duration(text));
  if (value < low || value > std::chrono::days(366))
    return fail(Code::invalid_argument, fmt::format("{} is outside of {} ms to 366 days", text, low.count()));
  return value;
}

Result<std::string> url(std::string_view text, std::initializer_list<std::string_view> schemes) {
  for (const std::string_view scheme : schemes)
    if (text.starts_with(scheme) && text.size() > scheme.size()) {
      std::string plain(text);
      while (plain.ends_with('/') && plain.size() > scheme.size() + 1) plain.pop_back();
      return plain;
    }
  return fail(Code::invalid_argument, fmt::format("\"{}\" is not a URL that starts with {}",
                                                  text.substr(0, 80), fmt::join(schemes, " or ")));
}

Result<bool> flag(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  return fail(Code::invalid_argument, fmt::format("\"{}\" is neither true nor false", text.substr(0, 40)));
}

Status set_labels(Config& config, std::string_view text) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return fail(Code::invalid_argument, fmt::format("\"{}\" is not KEY=VALUE", pair.substr(0, 80)));
    config.labels[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
  }
  return {};
}

using C = Config;
using Text = std::string_view;

// A path or a text needs no check; everything else names what it wanted.
const std::vector<Option> kOptions = {
    {"device", "this device's id, as the server knows it",
     [](C& c, Text v) -> Status { return c.device = DROVER_TRY(DeviceId::parse(v)), Status(); }},
    {"server", "URL of drover-server; without one the device follows signed channels by itself",
     [](C& c, Text v) -> Status { return c.server = DROVER_TRY(url(v, {"https://"})), Status(); }},
    {"repository", "URL of the model repository (https, http or file); the server's own when not given",
     [](C& c, Text v) -> Status {
       return c.repository = DROVER_TRY(url(v, {"https://", "http://", "file://"})), Status();
     }},
    {"state_dir", "what must outlive a reboot: identity, trust, models",
     [](C& c, Text v) -> Status { return c.state_dir = v, Status(); }},
    {"run_dir", "sockets and rings", [](C& c, Text v) -> Status { return c.run_dir = v, Status(); }},
    {"worker", "the drover-worker program; beside drover-agent when not given",
     [](C& c, Text v) -> Status { return c.worker = v, Status(); }},
    {"sysfs", "where the kernel shows thermal zones",
     [](C& c, Text v) -> Status { return c.sysfs = v, Status(); }},
    {"proxy", "URL of an HTTP proxy; the environment's when not given",
     [](C& c, Text v) -> Status { return c.proxy = v, Status(); }},
    {"metrics_address", "ADDRESS:PORT of /metrics in Prometheus' form; empty: none (127.0.0.1:9690)",
     [](C& c, Text v) -> Status { return c.metrics_address = v, Status(); }},
    {"influx_url", "InfluxDB that the device sends its windows to by itself; empty: none ()",
     [](C& c, Text v) -> Status { return c.influx.url = v, Status(); }},
    {"influx_database", "its database, for the 1.x API",
     [](C& c, Text v) -> Status { return c.influx.database = v, Status(); }},
    {"influx_org", "its organisation, for the 2.x API",
     [](C& c, Text v) -> Status { return c.influx.org = v, Status(); }},
    {"influx_bucket", "its bucket, for the 2.x API",
     [](C& c, Text v) -> Status { return c.influx.bucket = v, Status(); }},
    {"influx_token_file", "file with its token",
     [](C& c, Text v) -> Status { return c.influx.token_file = v, Status(); }},
    {"influx_raw", "a point an inference as well (false)",
     [](C& c, Text v) -> Status { return c.influx_raw = DROVER_TRY(flag(v)), Status(); }},
    {"poll", "how often the repository is asked for something new (1h)",
     [](C& c, Text v) -> Status {
       return c.poll = DROVER_TRY(span_of_time(v, std::chrono::milliseconds(100))), Status();
     }},
    {"poll_jitter", "share of the poll by which it comes earlier or later (0.1)",
     [](C& c, Text v) -> Status { return c.poll_jitter = DROVER_TRY(number(v, 0.0, 0.9)), Status(); }},
    {"report", "how often health is looked at and sent (1m)",
     [](C& c, Text v) -> Status {
       return c.report = DROVER_TRY(span_of_time(v, std::chrono::milliseconds(100))), Status();
     }},
    {"window", "span of inferences that is summarised and judged together (1m)",
     [](C& c, Text v) -> Status {
       return c.window = DROVER_TRY(span_of_time(v, std::chrono::seconds(1))), Status();
     }},
    {"smoke_timeout", "how long a smoke test may take (5m)",
     [](C& c, Text v) -> Status {
       return c.smoke_timeout = DROVER_TRY(span_of_time(v, std::chrono::milliseconds(100))), Status();
     }},
    {"smoke_memory_mb_max",
     "MiB that a model may take in a smoke test; 0: what it asks and the device has (0)",
     [](C& c, Text v) -> Status {
       return c.smoke_memory_mb_max = DROVER_TRY(number<std::uint64_t>(v, 0, 1 << 20)), Status();
     }},
    {"requalify_every", "how often the active version is qualified again, files and golden samples (24h)",
     [](C& c, Text v) -> Status {
       return c.requalify_every = DROVER_TRY(span_of_time(v, std::chrono::milliseconds(100))), Status();
     }},
    {"holdout_every",
     "how often the active version is measured on its bundle's holdout; 0: after each swap only (24h)",
     [](C& c, Text v) -> Status {
       return c.holdout_every = v == "0" ? std::chrono::milliseconds(0)
                                         : DROVER_TRY(span_of_time(v, std::chrono::milliseconds(100))),
              Status();
     }},
    {"holdout_timeout", "how long that may take (30m)",
     [](C& c, Text v) -> Status {
       return c.holdout_timeout = DROVER_TRY(span_of_time(v, std::chrono::milliseconds(100))), Status();
     }},
    {"stall_timeout", "after how long a download that hardly moves is broken off (30s)",
     [](C& c, Text v) -> Status {
       return c.stall_timeout = DROVER_TRY(span_of_time(v, std::chrono::milliseconds(100))), Status();
     }},
    {"download_tries_max", "tries in a row that bring nothing, after which a download has failed (8)",
     [](C& c, Text v) -> Status { return c.download_tries_max = DROVER_TRY(number(v, 1, 1000)), Status(); }},
    {"bytes_per_second_max", "speed cap of downloads; 0 is none (0)",
     [](C& c, Text v) -> Status {
       return c.bytes_per_second_max = DROVER_TRY(number<std::uint64_t>(v, 0, 1'000'000'000'000)), Status();
     }},
    {"spool_bytes_max", "bytes of telemetry on disk that wait for the server (67108864)",
     [](C& c, Text v) -> Status {
       return c.spool_bytes_max = DROVER_TRY(number<std::uint64_t>(v, 4 << 20, 1ULL << 34)), Status();
     }},
    {"spool_age_max", "how long telemetry waits for the server before it is dropped (30d)",
     [](C& c, Text v) -> Status {
       return c.spool_age_max = DROVER_TRY(span_of_time(v, std::chrono::minutes(1))), Status();
     }},
    {"keep", "versions of a model kept on disk (3)",
     [](C& c, Text v) -> Status { return c.keep = DROVER_TRY(number<std::size_t>(v, 2, 100)), Status(); }},
    {"labels", "KEY=VALUE,KEY=VALUE: what variants and rollouts select by", set_labels},
};

}  // namespace

const std::vector<Option>& options() { return kOptions; }

std::string Config::repository_url() const { return repository.empty() ? server + "/repo" : repository; }

Status check(const Config& config) {
  if (config.server.empty() && config.repository.empty())
    return fail(Code::invalid_argument,
                "the configuration names neither a server nor a repository; set one of the two");
  if (!config.server.empty() && !config.device)
    return fail(Code::invalid_argument, "the configuration names a server but no device; set device");
  if (config.server.empty() && config.models.empty())
    return fail(Code::invalid_argument,
                "a device without a server follows channels: add [[model]] with name and channel");
  return sink::check(config.influx);
}

}  // namespace drover::agent
