#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "db/watch_rows.h"

/// Windows and alerts as they stand in an entry of telemetry: docs/formats/telemetry.md.
namespace drover::server {

inline constexpr std::size_t kWindowBytesMax = 64 << 10, kAlertBytesMax = 256 << 10;

/// An element of "windows". What it holds besides is kept as it came. Errors: bad_json that names the place,
/// invalid_argument for a name, too_large, unsupported for a window of another schema.
Result<db::WindowRow> read_window(const nlohmann::json& element);
/// An element of "alerts", its verdict apart. Errors: as read_window().
Result<db::AlertRow> read_alert(const nlohmann::json& element);

}  // namespace drover::server
