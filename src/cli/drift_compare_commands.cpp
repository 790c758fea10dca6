#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/drift_compare.h"
#include "cli/drift_compare_answer.h"
#include "cli/drift_report.h"
#include "fs/file_system.h"

namespace drover::cli {
namespace {

drift::KsMethod method_named(std::string_view name) {
  return name == "exact"   ? drift::KsMethod::exact
         : name == "asymp" ? drift::KsMethod::asymptotic
                           : drift::KsMethod::automatic;
}

constexpr const char* kFooter =
    "Files are CSV with a header line (RFC 4180, quotes, CRLF and a byte-order mark are read) or .npy of one "
    "or two\n"
    "dimensions, known by content. An .npy's columns take the other file's names by order when there are as "
    "many,\n"
    "else they are c0, c1, … Each file is read more than once, so it cannot be a pipe.\n\n"
    "The verdict is the Kolmogorov-Smirnov test's for numbers and chi-square's for categories, its p "
    "corrected over\n"
    "the columns: drifted when p <= alpha, else same; too_few below 10 values on either side. PSI's bands "
    "(.1, .2)\n"
    "are labels, not evidence. Empty fields and NaN are left out and counted. A column that is text in one "
    "file is\n"
    "compared as categories in both; an unseen category is one with the count 0. A column that only one file "
    "has is\n"
    "named and not compared; asked for by --columns it is refused. The exit code is 0 whether or not drift "
    "is found.";

Status write_report(const std::string& path, const Comparison& comparison) {
  const std::string html = report_html(comparison);
  return fs::write_atomically(fs::real_file_system(), path, as_bytes(html));
}

struct Options {
  CompareOptions compare;
  std::string method = "auto", correction = "bh", html = {};
};

Result<Answer> run(Options options) {
  options.compare.method = method_named(options.method);
  options.compare.correction = drift::correction_named(options.correction).value_or(drift::Correction::bh);
  options.compare.pictures = !options.html.empty();
  const Comparison comparison = DROVER_TRY(compare_tables(options.compare));
  if (!options.html.empty()) DROVER_TRY(write_report(options.html, comparison));
  Answer answer{comparison_json(comparison), comparison_text(comparison)};
  if (!options.html.empty()) answer.text += fmt::format("report: {}\n", options.html);
  return answer;
}

}  // namespace

void add_drift_compare(CLI::App& drift, Context& context) {
  CLI::App* verb = drift.add_subcommand(
      "compare", "Two tables column by column: has a distribution changed, how far and where");
  const auto options = std::make_shared<Options>();
  CompareOptions& o = options->compare;
  verb->add_option("--reference", o.reference, "the data as they were: CSV or .npy")->required();
  verb->add_option("--current", o.current, "the data as they are now")->required();
  verb->add_option("--columns", o.columns, "only these, such as mean,contrast")->delimiter(',');
  verb->add_option("--categorical", o.categorical, "columns whose numbers are names, such as class ids")
      ->delimiter(',');
  verb->add_option("--method", options->method,
                   "p-value of the Kolmogorov-Smirnov test; auto is exact to 10 000 values")
      ->check(CLI::IsMember({"auto", "exact", "asymp"}))
      ->capture_default_str();
  verb->add_option("--alpha", o.alpha, "level of the verdict")
      ->check(CLI::Range(1e-12, 0.5))
      ->capture_default_str();
  verb->add_option("--correction", options->correction, "of the p-values over the columns")
      ->check(CLI::IsMember({"bh", "holm", "bonferroni", "none"}))
      ->capture_default_str();
  verb->add_option("--html", options->html, "write a report for people to this file");
  verb->footer(kFooter);
  on_run(verb, context, [options] { return run(*options); });
}

}  // namespace drover::cli
