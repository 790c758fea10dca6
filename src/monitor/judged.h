#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "drift/state/counter_figures.h"
#include "monitor/detection.h"
#include "monitor/window.h"

namespace drover::monitor {

/// A column over a span, against the signed baseline.
struct ColumnJudged {
  std::uint64_t n = 0;
  drift::GridKs ks;
  drift::PsiResult psi;  // `enough` false: too few values for a verdict (50 a bin)
  // Of a detector on the column, the one nearest to its threshold.
  std::optional<drift::Standing> standing = {};
  std::uint64_t stride = 1;  // it sees every so many-th value…
  double n_effective = 0;    // …and the n values are worth so many independent ones
};

/// All columns over a span; what cannot be told is left out.
struct Judged {
  std::int64_t span_ms = 0;
  std::uint64_t n = 0;
  std::map<std::string, ColumnJudged> columns;
  std::optional<drift::ChiSquareResult> classes;  // that they come in the baseline's mix
};

Judged judge(const Scheme& scheme, const Window& over);

/// Adds what a detector on the column knows.
void note(const Detection& detection, const std::string& column, Judged& judged);

/// "drift" of telemetry (docs/formats/telemetry.md).
nlohmann::json to_json(const Judged& judged);

}  // namespace drover::monitor
