#pragma once

#include <string_view>

#include "db/store.h"

namespace drover::server {

struct TelemetryLimits {
  std::size_t entries_max = 500;
  std::size_t entry_bytes_max = 16 << 10;
  std::size_t lost_max = 200;
};

struct TelemetryBatch {
  std::vector<db::TelemetryRow> rows = {};
  std::vector<db::LostRange> lost = {};
};

/// Reads the body of POST /device/v1/telemetry (docs/formats/device-api.md). Errors name the entry.
Result<TelemetryBatch> parse_telemetry(std::string_view body, const TelemetryLimits& limits = {});

/// The rows' sequence numbers as ranges: {1,2,3,7} is [[1,3],[7,7]].
std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges_of(const std::vector<db::TelemetryRow>& rows);

}  // namespace drover::server
