#include "sink/window_points.h"

#include <nlohmann/json.hpp>

#include "sink/line_protocol.h"

namespace drover::sink {
namespace {

using nlohmann::json;

constexpr std::int64_t kNsPerMs = 1'000'000;

const json& member(const json& object, const char* key) {
  static const json kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

void put(Point& point, const char* name, const std::optional<double>& value) {
  if (value) point.fields.emplace_back(name, *value);
}

}  // namespace

std::map<std::string, DriftFigures> read_drift(const json& drift) {
  std::map<std::string, DriftFigures> read;
  if (!drift.is_object()) return read;
  const json& columns = member(drift, "columns");
  if (!columns.is_object()) return read;
  for (const auto& [name, column] : columns.items()) {
    if (!column.is_object()) continue;
    DriftFigures& figures = read[name];
    const json &ks = member(column, "ks"), &psi = member(column, "psi");
    if (ks.is_array() && !ks.empty() && ks.front().is_number()) figures.ks = ks.front().get<double>();
    if (member(column, "enough") == true && psi.is_number()) figures.psi = psi.get<double>();
  }
  return read;
}

void append_points(std::string& lines, const WindowFigures& window) {
  Point point{.measurement = "inference",
              .tags = {{"device", window.device}, {"model", window.model}, {"version", window.version}},
              .time_ns = window.end_ms * kNsPerMs};
  const Point head = point;
  put(point, "confidence_mean", window.confidence_mean);
  put(point, "confidence_p10", window.confidence_p10);
  put(point, "confidence_rolling", window.confidence_rolling);
  put(point, "latency_p50_ms", window.latency_p50_ms);
  put(point, "latency_p95_ms", window.latency_p95_ms);
  put(point, "error_rate", window.error_rate);
  put(point, "accuracy", window.accuracy);
  point.fields.emplace_back("count", static_cast<std::int64_t>(window.count));
  append_line(lines, point);
  for (const auto& [column, figures] : window.drift) {
    Point drift = head;
    drift.measurement = "drift";
    drift.tags.emplace_back("feature", column);
    put(drift, "ks", figures.ks);
    put(drift, "psi", figures.psi);
    append_line(lines, drift);
  }
}

}  // namespace drover::sink
