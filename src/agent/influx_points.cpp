#include "agent/influx_points.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "monitor/figures.h"
#include "monitor/window_json.h"
#include "sink/line_protocol.h"

namespace drover::agent {
namespace {

std::optional<double> latency_ms(const drift::DdSketch& latency_ns, double q) {
  const double ms = latency_ns.quantile(q) / 1e6;
  return std::isfinite(ms) ? std::optional(ms) : std::nullopt;
}

}  // namespace

Result<sink::WindowFigures> influx_figures(const std::string& device, const nlohmann::json& element) {
  JsonFields fields = DROVER_TRY(JsonFields::of(element, "", Code::bad_json));
  sink::WindowFigures figures{.device = device};
  figures.model = DROVER_TRY(fields.text("model"));
  figures.version = DROVER_TRY(fields.text("version"));
  const nlohmann::json* document = DROVER_TRY(fields.value("window"));
  const monitor::Window window = DROVER_TRY(monitor::window_from_json(*document).in("window")).window;
  figures.end_ms = window.end_ms;
  figures.count = window.inferences();
  figures.latency_p50_ms = latency_ms(window.latency_ns, 0.50);
  figures.latency_p95_ms = latency_ms(window.latency_ns, 0.95);
  figures.error_rate = monitor::error_rate(window);
  if (window.confident > 0)
    figures.confidence_mean =
        std::ldexp(static_cast<double>(window.confidence_sum), -32) / static_cast<double>(window.confident);
  if (window.labelled > 0)
    figures.accuracy = static_cast<double>(window.right) / static_cast<double>(window.labelled);
  if (fields.has("confidence_rolling"))
    figures.confidence_rolling = DROVER_TRY(fields.number("confidence_rolling"));
  if (fields.has("drift")) figures.drift = sink::read_drift(*DROVER_TRY(fields.value("drift")));
  return figures;
}

void append_raw_point(std::string& lines, const std::string& device, const std::string& model,
                      const std::string& version, const ring::Record& record) {
  if (record.kind != ring::Kind::inference) return;
  sink::Point point{.measurement = "inference_raw",
                    .tags = {{"device", device}, {"model", model}, {"version", version}},
                    .fields = {{"latency_ms", static_cast<double>(record.latency_ns) / 1e6},
                               {"outcome", std::string(ring::name(record.outcome))}},
                    .time_ns = record.timestamp_ns};
  if (record.confidence >= 0) point.fields.emplace_back("confidence", static_cast<double>(record.confidence));
  if (record.class_index >= 0) point.fields.emplace_back("class", std::int64_t{record.class_index});
  sink::append_line(lines, point);
}

}  // namespace drover::agent
