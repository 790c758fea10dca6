#include "monitor/judged.h"

#include <nlohmann/json.hpp>

namespace drover::monitor {
namespace {

void judge_column(const Column& column, const drift::Counters& counted, Judged& into) {
  const auto ks = drift::grid_ks(*column.reference, counted);
  const auto psi = drift::decile_psi(*column.reference, counted);
  if (ks && psi) into.columns[column.name] = {.n = counted.count(), .ks = *ks, .psi = *psi};
}

}  // namespace

Judged judge(const Scheme& scheme, const Window& over) {
  Judged judged{.span_ms = over.end_ms - over.begin_ms, .n = over.inferences(), .columns = {}, .classes = {}};
  for (std::size_t i = 0; i < over.all.features.size(); ++i)
    judge_column(scheme.features()[i], over.all.features[i], judged);
  if (scheme.confidence()) judge_column(*scheme.confidence(), *over.all.confidence, judged);
  if (!scheme.class_reference().empty())
    if (const auto mix = drift::chi_squared_of_counts(scheme.class_reference(),
                                                      std::span(over.classes).first(scheme.classes())))
      judged.classes = *mix;
  return judged;
}

void note(const Detection& detection, const std::string& column, Judged& judged) {
  const auto found = judged.columns.find(column);
  const auto standing = detection.standing();
  if (found == judged.columns.end()) return;
  ColumnJudged& into = found->second;
  const auto nearness = [](const drift::Standing& of) { return of.statistic / of.threshold; };
  if (into.standing && (!standing || nearness(*standing) <= nearness(*into.standing))) return;
  into.standing = standing;
  into.stride = detection.thinning().stride();
  into.n_effective =
      detection.thinning().effective(static_cast<double>(into.n) / static_cast<double>(into.stride));
}

nlohmann::json to_json(const Judged& judged) {
  nlohmann::json columns = nlohmann::json::object();
  for (const auto& [name, column] : judged.columns) {
    nlohmann::json& out = columns[name] = {{"n", column.n},
                                           {"ks", {column.ks.lower, column.ks.upper}},
                                           {"psi", column.psi.corrected},
                                           {"psi_p", column.psi.p},
                                           {"enough", column.psi.enough}};
    if (!column.standing) continue;
    out["statistic"] = column.standing->statistic;
    out["threshold"] = column.standing->threshold;
    out["stride"] = column.stride;
    out["n_effective"] = column.n_effective;
  }
  nlohmann::json out = {{"span_ms", judged.span_ms}, {"n", judged.n}, {"columns", std::move(columns)}};
  if (judged.classes)
    out["classes"] = {
        {"statistic", judged.classes->statistic}, {"dof", judged.classes->dof}, {"p", judged.classes->p}};
  return out;
}

}  // namespace drover::monitor
