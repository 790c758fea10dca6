#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace drover::sink {

/// A column of a window against its baseline.
struct DriftFigures {
  std::optional<double> ks = {}, psi = {};
};

/// "drift" of telemetry (docs/formats/telemetry.md), by column; what has another form says nothing.
std::map<std::string, DriftFigures> read_drift(const nlohmann::json& drift);

/// What a window's points tell; nothing where it is not known.
struct WindowFigures {
  std::string device = {}, model = {}, version = {};
  std::int64_t end_ms = 0;  // of the device's clock: the points' time, so that a replay overwrites
  std::uint64_t count = 0;
  std::optional<double> confidence_mean = {}, confidence_p10 = {}, confidence_rolling = {};
  std::optional<double> latency_p50_ms = {}, latency_p95_ms = {};
  std::optional<double> error_rate = {}, accuracy = {};
  std::map<std::string, DriftFigures> drift = {};  // by column
};

/// A point `inference` with the tags device, model and version, and a point `drift` with the tag feature as
/// well for each column.
void append_points(std::string& lines, const WindowFigures& window);

}  // namespace drover::sink
