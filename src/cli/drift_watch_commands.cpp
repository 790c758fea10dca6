#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/drift_compare_answer.h"
#include "cli/drift_watch_stream.h"
#include "cli/table_file.h"

namespace drover::cli {
namespace {

struct Options {
  std::string reference, stream, column;
  WatchOptions watch;
};

void print_line(const nlohmann::ordered_json& line) {
  fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  std::fflush(stdout);
}

/// What people read, where standard error is a terminal or a log.
void tell_alarm(const nlohmann::ordered_json& alarm) {
  const auto direction = alarm["direction"].get<std::string>();
  const auto onset = alarm["onset"].get<std::uint64_t>();
  fmt::print(stderr, "{}: {} changed{}, at observation {}{}\n", printable(alarm["column"].get<std::string>()),
             alarm["family"].get<std::string>(), direction.empty() ? "" : " " + direction,
             alarm["index"].get<std::uint64_t>(), onset == 0 ? "" : fmt::format(", since about {}", onset));
}

void tell_not_watched(const std::map<std::string, std::string>& columns) {
  for (const auto& [column, why] : columns)
    fmt::print(stderr, "{}: not watched: {}\n", printable(column), printable(why));
}

Result<Answer> run(const Options& options, bool json) {
  if (options.reference == "-" && options.stream == "-")
    return fail(Code::invalid_argument, "only one of --reference and --stream can be the standard input");
  const WatchPlan plan = DROVER_TRY(plan_watch(options.watch));
  StreamWatch watch(DROVER_TRY(read_reference(options.reference, *plan.kind, options.column)), plan,
                    options.column);
  Status begun;  // kept apart: what ails it is not the stream's, whose path a failed reading names
  const auto begin = [&](const tables::Header& header) {
    begun = watch.begin({options.stream, header});
    if (begun && !json) tell_not_watched(watch.not_watched());
    return begun;
  };
  const auto show = [&](const nlohmann::ordered_json& alarm) {
    print_line(alarm);
    if (!json) tell_alarm(alarm);
  };
  // Reading ends as soon as no column is left to watch.
  const auto take = [&](const tables::Row& row) -> Status {
    DROVER_TRY(watch.take(row, show));
    return watch.done() ? Status(fail(Code::internal, "enough")) : Status();
  };
  const Status read = read_rows(options.stream, begin, take);
  DROVER_TRY(begun);
  if (!watch.done()) DROVER_TRY(read);
  print_line(watch.summary());
  return Answer{};
}

std::string known_detectors() {
  std::string text = "Detectors and their settings:\n";
  for (const drift::DetectorKind& kind : drift::detector_kinds()) {
    text += fmt::format("  {}: {} ({})\n", kind.name, kind.summary, kind.source);
    for (const drift::Setting& setting : kind.settings)
      text += fmt::format("      {} = {}: {}\n", setting.name, setting.standard, setting.meaning);
  }
  return text + "  each: thin = 0: 1 thins a stream whose neighbours depend on each other\n";
}

}  // namespace

void add_drift_watch(CLI::App& drift, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = drift.add_subcommand(
      "watch", "Watches a stream against a reference: one JSON line an alarm, as it comes, then a summary");
  verb->add_option("--reference", options->reference, "CSV or .npy of the time before")->required();
  verb->add_option("--stream", options->stream, "CSV or .npy to watch; - is the standard input")->required();
  verb->add_option("--column", options->column, "watch this one only");
  verb->add_option("--detector", options->watch.detector, "by name")->capture_default_str();
  verb->add_option("--set", options->watch.settings, "a setting of the detector, name=number")
      ->allow_extra_args(false);
  verb->add_flag("--continue", options->watch.go_on,
                 "restart a column's detector after an alarm, at a smaller alpha, instead of leaving it");
  verb->footer(known_detectors);
  on_run(verb, context, [options, &context] { return run(*options, context.json); }, JsonForm::lines);
}

}  // namespace drover::cli
