#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "ring/record.h"
#include "sink/window_points.h"

namespace drover::agent {

/// An element of "windows" of telemetry (docs/formats/telemetry.md) as a point tells it. Errors: bad_json.
Result<sink::WindowFigures> influx_figures(const std::string& device, const nlohmann::json& window);

/// An inference as a point of its own, at its own time: docs/formats/influx.md. Nothing for a label.
void append_raw_point(std::string& lines, const std::string& device, const std::string& model,
                      const std::string& version, const ring::Record& record);

}  // namespace drover::agent
