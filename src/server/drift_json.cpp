#include "server/drift_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "monitor/figures.h"

namespace drover::server {

using nlohmann::json;

namespace {

json figure(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }
json figure(const std::optional<double>& value) { return value ? figure(*value) : json(nullptr); }

json share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? json(nullptr) : json(static_cast<double>(part) / static_cast<double>(whole));
}

json latency_json(const drift::DdSketch& latency_ns) {
  return {{"p50", figure(latency_ns.quantile(0.50) / 1e6)},
          {"p95", figure(latency_ns.quantile(0.95) / 1e6)},
          {"p99", figure(latency_ns.quantile(0.99) / 1e6)}};
}

json distance_json(const Distance& distance) {
  return {{"ks", distance.d},
          {"p", figure(distance.p)},
          {"p_adjusted", figure(distance.p_adjusted)},
          {"verdict", name(distance.verdict)}};
}

json column_json(const ColumnDrift& column) {
  const monitor::ColumnJudged& judged = column.judged;
  json out = {{"n", judged.n},
              {"n_effective", figure(judged.n_effective)},
              {"missing", column.missing},
              {"nan", column.nan},
              {"median", figure(column.median)},
              {"median_before", figure(column.median_before)},
              {"ks", {judged.ks.lower, judged.ks.upper}},
              {"p", figure(column.from_baseline.p)},
              {"p_adjusted", figure(column.from_baseline.p_adjusted)},
              {"psi", figure(judged.psi.corrected)},
              {"psi_p", figure(column.psi_p)},
              {"verdict", name(column.from_baseline.verdict)}};
  if (column.from_rest) out["rest"] = distance_json(*column.from_rest);
  return out;
}

/// What is said of each class: counts now, and the baseline's.
json class_counts(const monitor::Scheme* scheme, const monitor::Window& window) {
  json counts = json::object();
  for (std::size_t i = 0; i < window.classes.size(); ++i) {
    const bool is_other = i + 1 == window.classes.size();
    const bool is_known = scheme != nullptr && !is_other && i < scheme->class_reference().size();
    const std::uint64_t before = is_known ? scheme->class_reference()[i] : 0;
    if (window.classes[i] == 0 && before == 0) continue;
    const std::string class_name = is_other            ? "other classes"
                                   : scheme != nullptr ? scheme->class_name(i)
                                                       : std::to_string(i);
    counts[class_name] = {{"now", window.classes[i]}, {"before", is_known ? json(before) : json(nullptr)}};
  }
  return counts;
}

}  // namespace

json totals_json(const monitor::Window& window) {
  const std::uint64_t confident = window.confident;
  return {
      {"windows", window.windows},
      {"begin_ms", window.begin_ms},
      {"end_ms", window.end_ms},
      {"inferences", window.inferences()},
      {"failures", window.failures()},
      {"labelled", window.labelled},
      {"right", window.right},
      {"error_rate", figure(monitor::error_rate(window))},
      {"accuracy", share(window.right, window.labelled)},
      {"confidence_mean", confident == 0 ? json(nullptr)
                                         : json(std::ldexp(static_cast<double>(window.confidence_sum), -32) /
                                                static_cast<double>(confident))},
      {"latency_ms", latency_json(window.latency_ns)},
      {"dropped", window.dropped},
      {"deaths", window.deaths}};
}

json classes_json(const monitor::Scheme* scheme, const WindowSum& sum) {
  json out = {{"counts", class_counts(scheme, sum.window)}};
  const auto drift = scheme == nullptr ? std::nullopt : class_drift(*scheme, sum);
  if (!drift) return out;
  out["chi2"] = {{"statistic", figure(drift->mix.statistic)},
                 {"dof", drift->mix.dof},
                 {"p", figure(drift->mix.p)},
                 {"expected_min", figure(drift->mix.expected_min)},
                 {"n_effective", figure(drift->n_effective)}};
  out["moved"] = figure(drift->moved);
  out["verdict"] = name(drift->verdict);
  return out;
}

json columns_json(const std::vector<ColumnDrift>& columns) {
  json out = json::object();
  for (const ColumnDrift& column : columns) out[column.name] = column_json(column);
  return out;
}

}  // namespace drover::server
