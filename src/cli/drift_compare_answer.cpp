#include "cli/drift_compare_answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace drover::cli {
namespace {

using drift::ColumnComparison;
using drift::Verdict;
using nlohmann::ordered_json;

ordered_json figure(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

ordered_json psi_json(const drift::PsiResult& psi) {
  return {{"raw", figure(psi.raw)},
          {"smoothed", figure(psi.smoothed)},
          {"corrected", figure(psi.corrected)},
          {"p", figure(psi.p)},
          {"bins", psi.bins},
          {"enough", psi.enough}};
}

ordered_json gap_json(const drift::Gap& gap) {
  return {{"at", figure(gap.value)}, {"reference", gap.reference}, {"current", gap.current}};
}

ordered_json ks_json(const drift::NumericFigures& figures) {
  const bool exact = figures.ks.method == drift::KsMethod::exact;
  return {{"d", figures.ks.d},
          {"p", figures.ks.p},
          {"method", exact ? "exact" : "asymp"},
          {"gap", gap_json(figures.gap)}};
}

ordered_json anderson_json(const drift::AndersonResult& anderson) {
  if (!anderson.defined) return {};
  return {{"stat", figure(anderson.statistic)}, {"p", anderson.p}, {"clipped", anderson.clipped}};
}

ordered_json column_json(const ColumnComparison& column) {
  ordered_json json = {{"n_reference", column.n_reference},
                       {"n_current", column.n_current},
                       {"kind", column.categorical ? "categorical" : "numeric"}};
  const drift::NumericFigures* numeric = column.numeric ? &*column.numeric : nullptr;
  const bool has = column.compared;
  json["ks"] = numeric ? ks_json(*numeric) : ordered_json();
  json["psi"] = has ? psi_json(column.psi) : ordered_json();
  json["chi2"] = has ? ordered_json{{"stat", figure(column.chi_square.statistic)},
                                    {"p", figure(column.chi_square.p)},
                                    {"dof", column.chi_square.dof},
                                    {"expected_min", column.chi_square.expected_min}}
                     : ordered_json();
  json["wasserstein"] = numeric ? figure(numeric->wasserstein) : ordered_json();
  json["jensen_shannon"] = has ? figure(column.jensen_shannon) : ordered_json();
  json["hellinger"] = has ? figure(column.hellinger) : ordered_json();
  json["cvm"] = numeric ? ordered_json{{"t", numeric->cramer.t}, {"p", numeric->cramer.p}} : ordered_json();
  json["mann_whitney"] =
      numeric ? ordered_json{{"u", numeric->mann_whitney.u}, {"p", numeric->mann_whitney.p}} : ordered_json();
  json["verdict"] = name(column.verdict);
  json["why"] = column.why;
  json["p"] = has ? figure(column.p) : ordered_json();
  json["p_adjusted"] = has ? figure(column.p_adjusted) : ordered_json();
  json["wasserstein_scaled"] = numeric ? figure(numeric->wasserstein_scaled) : ordered_json();
  json["anderson_darling"] = numeric ? anderson_json(numeric->anderson) : ordered_json();
  json["missing_reference"] = column.left_out_reference.missing;
  json["missing_current"] = column.left_out_current.missing;
  json["nan_reference"] = column.left_out_reference.nan;
  json["nan_current"] = column.left_out_current.nan;
  return json;
}

std::string row_text(const ColumnComparison& column, std::size_t width) {
  const std::string test = column.numeric    ? fmt::format("KS D {:.4f}", column.numeric->ks.d)
                           : column.compared ? fmt::format("χ² {:.4g}", column.chi_square.statistic)
                                             : std::string("-");
  const std::string p = column.compared ? fmt::format("{:.3g}", column.p_adjusted) : "-";
  const std::string psi = column.compared ? fmt::format("{:.3f}", column.psi.smoothed) : "-";
  const std::string js = column.compared ? fmt::format("{:.3f}", column.jensen_shannon) : "-";
  return fmt::format("{:<8} {:<{}} {:<11} {:>9} {:>9} {:<12} {:>9} {:>7} {:>7}\n", name(column.verdict),
                     printable(column.name), width, column.categorical ? "categorical" : "numeric",
                     column.n_reference, column.n_current, test, p, psi, js);
}

std::string only_text(std::string_view side, const std::vector<std::string>& names) {
  return names.empty()
             ? ""
             : fmt::format("only in {}: {}\n", side, printable(fmt::format("{}", fmt::join(names, ", "))));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(
      clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return clean;
}

std::vector<std::size_t> most_drifted_first(const Comparison& comparison) {
  std::vector<std::size_t> order(comparison.columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&](std::size_t i) {
    const ColumnComparison& column = comparison.columns[i];
    const int group = column.verdict == Verdict::drifted ? 0 : column.verdict == Verdict::same ? 1 : 2;
    return std::tuple(group, -column.jensen_shannon, i);
  };
  std::ranges::sort(order, {}, rank);
  return order;
}

ordered_json comparison_json(const Comparison& comparison) {
  ordered_json json = {{"columns", ordered_json::object()}};
  for (const ColumnComparison& column : comparison.columns)
    json["columns"][column.name] = column_json(column);
  json["correction"] = name(comparison.correction);
  json["alpha"] = comparison.alpha;
  json["rows_reference"] = comparison.rows_reference;
  json["rows_current"] = comparison.rows_current;
  json["only_in_reference"] = comparison.only_reference;
  json["only_in_current"] = comparison.only_current;
  return json;
}

std::string comparison_text(const Comparison& comparison) {
  std::size_t width = 6;
  for (const ColumnComparison& column : comparison.columns)
    width = std::max(width, std::min<std::size_t>(40, column.name.size()));
  std::string text = fmt::format("{:<8} {:<{}} {:<11} {:>9} {:>9} {:<12} {:>9} {:>7} {:>7}\n", "verdict",
                                 "column", width, "kind", "n before", "n now", "test", "p adj.", "PSI", "JS");
  const std::vector<std::size_t> order = most_drifted_first(comparison);
  for (const std::size_t i : order) text += row_text(comparison.columns[i], width);
  text += "\n";
  for (const std::size_t i : order)
    text +=
        fmt::format("{}: {}\n", printable(comparison.columns[i].name), printable(comparison.columns[i].why));
  text += only_text(comparison.reference, comparison.only_reference);
  return text + only_text(comparison.current, comparison.only_current);
}

}  // namespace drover::cli
