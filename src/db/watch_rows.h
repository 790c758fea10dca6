#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

/// What devices saw of their models: a row a window and a row an alert. Milliseconds are of the device's
/// clock since 1970.
namespace drover::db {

/// Where a window or an alert stood: with the device, these name it for ever.
struct EntryPlace {
  std::string epoch = {};
  std::uint64_t seq = 0;
  std::uint64_t place = 0;  // in its entry's list
  bool operator==(const EntryPlace&) const = default;
};

struct WindowRow {
  std::int64_t id = 0;   // given by the store
  DeviceId device = {};  // likewise
  EntryPlace from = {};
  std::string model = {}, version = {}, digest = {};  // digest in hex
  std::int64_t begin_ms = 0, end_ms = 0;
  std::uint64_t inferences = 0, failures = 0;
  std::uint64_t labelled = 0, right = 0;
  std::uint64_t confident = 0, confidence_sum = 0;  // the sum in 2^-32
  std::optional<double> confidence_rolling = {};
  std::optional<double> latency_p50_ms = {}, latency_p95_ms = {}, latency_p99_ms = {};
  std::uint64_t dropped = 0, deaths = 0;
  UnixTime received_at = {};  // given by the store
  std::string body = {};      // JSON text, as it came
};

struct AlertRow {
  std::int64_t id = 0;   // given by the store
  DeviceId device = {};  // likewise
  EntryPlace from = {};
  std::string model = {}, version = {}, digest = {};
  std::string rule = {}, kind = {};
  std::string change = {};  // pending, fired, resolved or withdrawn
  std::int64_t at_ms = 0;
  UnixTime received_at = {};  // given by the store
  std::string body = {};      // JSON text, as it came but for the verdict
  std::string verdict = {};   // JSON text; empty: none
};

/// A place in a list that goes from new to old: what stands there has been given.
struct ListedUpTo {
  std::int64_t at_ms = INT64_MAX;
  std::int64_t id = INT64_MAX;
};

struct WindowFilter {
  std::optional<DeviceId> device = {};
  std::string model = {}, version = {};                     // empty: any
  std::int64_t since_ms = INT64_MIN, until_ms = INT64_MAX;  // since ≤ end < until
};

/// Windows of one version on many devices, added up.
struct WindowSums {
  std::string version = {};
  std::uint64_t devices = 0, windows = 0;
  std::uint64_t inferences = 0, failures = 0;
  std::uint64_t labelled = 0, right = 0;
  std::uint64_t confident = 0;
  double confidence_sum = 0;
  std::optional<double> latency_p95_ms_max = {};  // the slowest window's
};

/// How a rule stands on a device: by its newest change there, on the version that still runs.
enum class AlertState : std::uint8_t { pending, firing, resolved };

struct AlertFilter {
  std::optional<DeviceId> device = {};
  std::string model = {};                // empty: any
  std::optional<AlertState> state = {};  // none: every change that ever was told
  std::int64_t since_ms = INT64_MIN;
};

}  // namespace drover::db
