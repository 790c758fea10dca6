#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drift/two_sample/compare.h"

namespace drover::drift {
namespace {

bool enough(const ColumnComparison& column) {
  return column.compared && std::min(column.n_reference, column.n_current) >= kCompareValuesMin;
}

std::string_view band(double psi) { return psi < 0.1 ? "below .1" : psi < 0.2 ? ".1 to .2" : ".2 or more"; }

/// "KS D = 0.21 (exact), p = 1e-05", the test that decides.
std::string test_text(const ColumnComparison& column) {
  if (column.numeric)
    return fmt::format("KS D = {:.4g}, {} p = {:.3g}", column.numeric->ks.d,
                       column.numeric->ks.method == KsMethod::exact ? "exact" : "asymptotic", column.p);
  const std::size_t dof = column.chi_square.dof;
  return fmt::format("χ² = {:.4g} on {} degree{} of freedom, p = {:.3g}", column.chi_square.statistic, dof,
                     dof == 1 ? "" : "s", column.p);
}

/// At most 80 bytes, and no UTF-8 character in part.
std::string shortened(const std::string& name) {
  std::size_t end = std::min<std::size_t>(name.size(), 80);
  while (end > 0 && end < name.size() && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end);
}

std::string place_text(const ColumnComparison& column) {
  if (column.numeric) {
    const Gap& gap = column.numeric->gap;
    return fmt::format("{:.1f} % of the reference and {:.1f} % of the current values are at most {:.6g}",
                       100 * gap.reference, 100 * gap.current, gap.value);
  }
  const CategoryShare& most = column.categories.front();
  return fmt::format("\"{}\" went from {:.1f} % to {:.1f} %", shortened(most.name),
                     100 * static_cast<double>(most.reference) / static_cast<double>(column.n_reference),
                     100 * static_cast<double>(most.current) / static_cast<double>(column.n_current));
}

std::string notes(const ColumnComparison& column) {
  std::string text;
  if (column.psi.enough)
    text += fmt::format("; PSI {:.3g} ({}, a label)", column.psi.smoothed, band(column.psi.smoothed));
  if (!column.numeric && column.chi_square.dof > 0 && column.chi_square.expected_min < 5)
    text += fmt::format("; p is rough: a category has an expected count of {:.2g}",
                        column.chi_square.expected_min);
  const auto share = [](const LeftOut& out, std::uint64_t n) {
    const auto left = static_cast<double>(out.missing + out.nan);
    return left == 0 ? 0 : 100 * left / (left + static_cast<double>(n));
  };
  const double before = share(column.left_out_reference, column.n_reference);
  const double now = share(column.left_out_current, column.n_current);
  if (before > 0 || now > 0)
    text += fmt::format(
        "; left out as missing or NaN: {:.3g} % of the reference, {:.3g} % of the current rows", before, now);
  return text;
}

std::string too_few_text(const ColumnComparison& column) {
  return fmt::format("{} reference and {} current values; a verdict needs {} of each", column.n_reference,
                     column.n_current, kCompareValuesMin);
}

std::string decided_text(const ColumnComparison& column, Correction correction, double alpha) {
  const bool drifted = column.verdict == Verdict::drifted;
  std::string text = test_text(column);
  if (correction != Correction::none)
    text += fmt::format(", {:.3g} after {} correction", column.p_adjusted, name(correction));
  text += fmt::format(": {} alpha = {:g}", drifted ? "at most" : "above", alpha);
  return text + "; " + place_text(column);
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::drifted:
      return "drifted";
    case Verdict::too_few:
      return "too_few";
  }
  return {};
}

void decide(std::vector<ColumnComparison>& columns, Correction correction, double alpha) {
  std::vector<ColumnComparison*> tested;
  std::vector<double> p;
  for (ColumnComparison& column : columns)
    if (enough(column)) {
      tested.push_back(&column);
      p.push_back(column.p);
    } else {
      column.p_adjusted = column.p;
      column.verdict = Verdict::too_few;
      column.why = too_few_text(column) + notes(column);
    }
  const std::vector<double> corrected = adjusted(p, correction);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    ColumnComparison& column = *tested[i];
    column.p_adjusted = corrected[i];
    column.verdict = column.p_adjusted <= alpha ? Verdict::drifted : Verdict::same;
    column.why = decided_text(column, correction, alpha) + notes(column);
  }
}

}  // namespace drover::drift
