#include "monitor/verdict.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "drift/reference.h"
#include "monitor/window_json.h"

namespace drover::monitor {
namespace {

using nlohmann::json;
using policy::Function;

constexpr int kSchema = 1;

/// Whether the condition's figure is taken from counts at the baseline's edges, or by the names of classes.
bool needs_reference(const policy::Term& term) {
  switch (term.function) {
    case Function::ks:
    case Function::psi:
    case Function::share:
      return true;
    case Function::percentile:
      return term.of != policy::kLatency;
    default:
      return false;
  }
}

json baseline_json(const drift::Baseline& baseline) { return json::parse(drift::to_json(baseline)); }

/// A baseline of this column alone.
json baseline_of(const Column& column) {
  drift::Baseline alone;
  if (column.name == drift::kConfidenceColumn) {
    alone.confidence = *column.reference;
  } else {
    alone.features[column.name] = *column.reference;
    alone.order = {column.name};
  }
  return baseline_json(alone);
}

json alarm_json(const drift::Alarm& alarm) {
  return {{"index", alarm.index},
          {"statistic", alarm.statistic},
          {"threshold", alarm.threshold},
          {"n", alarm.n},
          {"n_effective", alarm.n_effective},
          {"family", alarm.family},
          {"direction", alarm.direction},
          {"size", alarm.size},
          {"onset", alarm.onset}};
}

json causes_json(const std::vector<drift::RankedCause>& causes) {
  json out = json::array();
  for (const drift::RankedCause& cause : causes) {
    json because = json::object();
    for (const drift::Because& each : cause.because)
      because[each.measure] = {{"value", each.measured.value}, {"limit", each.measured.limit}};
    out.push_back({{"cause", drift::name_of(cause.cause)}, {"score", cause.score}, {"because", because}});
  }
  return out;
}

}  // namespace

json rule_verdict(const policy::Rule& rule, const Scheme& scheme, const Reference& reference,
                  const Window& over, const Figure& figure, const std::vector<drift::RankedCause>& causes) {
  json out = {{"schema", kSchema},
              {"kind", "rule"},
              {"rule", rule.name},
              {"condition", policy::to_string(rule.when)},
              {"for_ms", rule.lasting.count()},
              {"over_ms", rule.over.count()},
              {"min_samples", rule.min_samples},
              {"samples", figure.samples},
              {"value", figure.value ? json(*figure.value) : json()},
              {"causes", causes_json(causes)},
              {"window", to_json(over, scheme)}};
  if (!needs_reference(rule.when.term)) return out;
  out["labels"] = reference.labels;
  if (reference.baseline != nullptr) out["baseline"] = baseline_json(*reference.baseline);
  return out;
}

json detector_verdict(const std::string& stream, const Column* column, const Detection::Found& found,
                      const std::vector<drift::RankedCause>& causes) {
  json out = {{"schema", kSchema},
              {"kind", "detector"},
              {"detector", found.evidence.detector},
              {"stream", stream},
              {"alarm", alarm_json(found.alarm)},
              {"causes", causes_json(causes)},
              {"evidence", hex(drift::to_bytes(found.evidence))}};
  if (column != nullptr) out["baseline"] = baseline_of(*column);
  return out;
}

}  // namespace drover::monitor
