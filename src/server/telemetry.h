#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "db/store.h"

namespace drover::server {

struct TelemetryLimits {
  std::size_t entries_max = 500;
  std::size_t entry_bytes_max = 16 << 10;
  std::size_t lost_max = 200;
  std::size_t windows_max = 64, alerts_max = 64;  // of an entry
};

/// A window or an alert that was not taken. Its entry is: a device that sent it again would be told the same.
struct Refusal {
  std::uint64_t seq = 0;
  std::string place = {};  // "windows[1]"
  Error why = {};
};

struct TelemetryBatch {
  std::vector<db::TelemetryRow> rows = {};
  std::vector<Refusal> refused = {};
  std::vector<db::LostRange> lost = {};
};

/// Reads the body of POST /device/v1/telemetry (docs/formats/telemetry.md). Errors name the entry. A window
/// or an alert that cannot be read is refused alone: its entry notes it and is a row like any other.
Result<TelemetryBatch> parse_telemetry(std::string_view body, const TelemetryLimits& limits = {});
inline constexpr std::size_t kTelemetryBytesMax = 1 << 20;

/// The request's answer: what of it is stored, and what was refused (the first 20).
nlohmann::json telemetry_answer(const TelemetryBatch& batch);

/// The rows' sequence numbers as ranges: {1,2,3,7} is [[1,3],[7,7]].
std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges_of(const std::vector<db::TelemetryRow>& rows);

}  // namespace drover::server
