#include "cli/drift_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/drift_charts.h"
#include "cli/drift_compare_answer.h"
#include "cli/markup.h"

namespace drover::cli {
namespace {

using drift::ColumnComparison;
using drift::Verdict;

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5b6775;--rule:#dfe3e8;
--ref:#3b6fb5;--cur:#d9622b;--drifted:#b3261e;--same:#2e7d4f;--few:#7a6a1c}
@media(prefers-color-scheme:dark){:root{--page:#12161c;--card:#1b212a;--ink:#e6eaf0;--soft:#9aa6b4;--rule:#323b47;
--ref:#7fb0f5;--cur:#ff9a62;--drifted:#ff8a80;--same:#7ed6a2;--few:#e0cc6a}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1040px;padding:24px 16px 64px;background:var(--page);
color:var(--ink);font:15px/1.5 system-ui,sans-serif}h1{font-size:1.6rem;margin:0 0 4px}
h2{font-size:1.15rem;margin:0;overflow-wrap:anywhere}p{margin:6px 0}.soft{color:var(--soft)}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:16px 20px;margin:18px 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--rule)}
th{color:var(--soft);font-weight:500}th:nth-child(-n+2),td:nth-child(-n+2){text-align:left;overflow-wrap:anywhere}
a{color:inherit}.wide{overflow-x:auto}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:14px;margin-top:10px}
.head{display:flex;gap:10px;align-items:baseline;flex-wrap:wrap}
.verdict{font-weight:600}.drifted{color:var(--drifted)}.same{color:var(--same)}.too_few{color:var(--few)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(215px,1fr));gap:2px 18px;margin:10px 0 0}
dl div{display:flex;justify-content:space-between;border-bottom:1px dotted var(--rule)}
dt{color:var(--soft)}dd{margin:0;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
.ref{--c:var(--ref)}.cur{--c:var(--cur)}.area{fill:var(--c);fill-opacity:.28;stroke:var(--c);stroke-width:1.2}
.line{fill:none;stroke:var(--c);stroke-width:1.8}.axis{stroke:var(--soft)}.grid{stroke:var(--rule);stroke-width:.6}
.gap{stroke:var(--ink);stroke-width:2;stroke-dasharray:4 3}
.key i{display:inline-block;width:12px;height:12px;border-radius:3px;background:var(--c);margin:0 5px 0 14px}
@media print{section{break-inside:avoid}})";

std::string words(Verdict verdict) {
  return verdict == Verdict::too_few ? "too few values" : std::string(name(verdict));
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–"; }

std::string summary_row(const ColumnComparison& c, std::size_t i) {
  const std::string p = c.compared ? number(c.p_adjusted) : "–";
  const double ks = c.numeric ? c.numeric->ks.d : NAN;
  return fmt::format(
      "<tr><td><a href=\"#column-{}\">{}</a></td><td class=\"verdict "
      "{}\">{}</td><td>{}</td><td>{}</td><td>{}</td>"
      "<td>{}</td><td>{}</td><td>{}</td></tr>\n",
      i, escaped(c.name), name(c.verdict), words(c.verdict), c.n_reference, c.n_current, p, number(ks),
      c.compared ? number(c.psi.smoothed) : "–", c.compared ? number(c.jensen_shannon) : "–");
}

std::string entry(std::string_view term, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", term, value);
}

std::string numeric_entries(const drift::NumericFigures& f) {
  std::string html = entry("KS D", number(f.ks.d)) + entry("KS p", number(f.ks.p));
  html += entry("mean", number(f.reference.mean) + " → " + number(f.current.mean));
  html += entry("deviation", number(f.reference.deviation) + " → " + number(f.current.deviation));
  html +=
      entry("Wasserstein-1", number(f.wasserstein)) + entry("in deviations", number(f.wasserstein_scaled));
  html += entry("Cramér–von Mises p", number(f.cramer.p)) + entry("Mann–Whitney p", number(f.mann_whitney.p));
  if (f.anderson.defined)
    html += entry("Anderson–Darling p",
                  (f.anderson.clipped ? f.anderson.p > 0.1 ? "≥ " : "≤ " : "") + number(f.anderson.p));
  return html;
}

std::string entries(const ColumnComparison& c) {
  std::string html = "<dl>\n";
  if (c.numeric) html += numeric_entries(*c.numeric);
  html += entry("χ²", number(c.chi_square.statistic)) + entry("χ² p", number(c.chi_square.p));
  html += entry("PSI, smoothed", number(c.psi.smoothed)) + entry("PSI, corrected", number(c.psi.corrected));
  html += entry("Jensen–Shannon", number(c.jensen_shannon)) + entry("Hellinger", number(c.hellinger));
  return html + "</dl>\n";
}

std::string charts(const ColumnComparison& c, const std::optional<drift::Picture>& picture) {
  if (c.numeric && picture)
    return "<div class=\"charts\">\n" + histogram_svg(*picture, c.name) +
           cdf_svg(*picture, c.numeric->gap, c.name) + "</div>\n";
  return c.categories.empty() ? std::string() : "<div class=\"charts\">\n" + categories_svg(c) + "</div>\n";
}

std::string column_section(const ColumnComparison& c, const std::optional<drift::Picture>& picture,
                           std::size_t i) {
  std::string html = fmt::format(
      "<section id=\"column-{}\"><div class=\"head\"><h2>{}</h2><span class=\"verdict {}\">{}</span></div>\n"
      "<p>{}.</p>\n",
      i, escaped(c.name), name(c.verdict), words(c.verdict), escaped(c.why));
  if (c.compared) html += charts(c, picture) + entries(c);
  return html + "</section>\n";
}

std::string only_html(const std::string& path, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return fmt::format("<p>Only in {}: {}.</p>\n", escaped(path),
                     escaped(fmt::format("{}", fmt::join(names, ", "))));
}

std::string headline(const Comparison& comparison) {
  const auto drifted =
      std::ranges::count_if(comparison.columns, [](const auto& c) { return c.verdict == Verdict::drifted; });
  return fmt::format("{} of {} columns drifted", drifted, comparison.columns.size());
}

std::string how_html(const Comparison& comparison) {
  return fmt::format(
      "<p class=\"soft\">A column is called drifted when the p-value of one test, Kolmogorov–Smirnov for "
      "numbers and "
      "χ² for categories, is at most α = {:g} after correction over the columns ({}). The other figures say "
      "how far "
      "and in what way; the usual bands of PSI (.1, .2) are labels, not evidence.</p>\n",
      comparison.alpha, name(comparison.correction));
}

}  // namespace

std::string report_html(const Comparison& comparison) {
  const std::vector<std::size_t> order = most_drifted_first(comparison);
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<title>Drift report</title><style>" +
      std::string(kStyle) + "</style></head><body>\n";
  html += fmt::format(
      "<header><h1>{}</h1><p class=\"key\">reference {} ({} rows)<i class=\"ref\"></i> · current {} "
      "({} rows)<i class=\"cur\"></i></p></header>\n",
      headline(comparison), escaped(comparison.reference), comparison.rows_reference,
      escaped(comparison.current), comparison.rows_current);
  html +=
      "<main><section><div class=\"wide\"><table><thead><tr><th>column</th><th>verdict</th><th>n before</th>"
      "<th>n now</th><th>p adjusted</th><th>KS "
      "D</th><th>PSI</th><th>Jensen–Shannon</th></tr></thead><tbody>\n";
  for (const std::size_t i : order) html += summary_row(comparison.columns[i], i);
  html += "</tbody></table></div>\n" + how_html(comparison) +
          only_html(comparison.reference, comparison.only_reference) +
          only_html(comparison.current, comparison.only_current) + "</section>\n";
  for (const std::size_t i : order) html += column_section(comparison.columns[i], comparison.pictures[i], i);
  return html + "</main></body></html>\n";
}

}  // namespace drover::cli
