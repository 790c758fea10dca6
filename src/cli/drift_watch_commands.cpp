#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/drift_watch.h"
#include "cli/table_file.h"

namespace drover::cli {
namespace {

struct Options {
  std::string reference, stream, column;
  std::vector<std::string> settings;
  WatchOptions watch;
};

void print_line(const nlohmann::ordered_json& line) {
  fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  std::fflush(stdout);
}

/// What people read, where standard error is a terminal or a log.
void tell(const nlohmann::ordered_json& alarm) {
  fmt::print(stderr, "{}: {} changed{}{}, at observation {}{}\n", alarm["column"].get<std::string>(),
             alarm["family"].get<std::string>(), alarm["direction"].get<std::string>().empty() ? "" : " ",
             alarm["direction"].get<std::string>(), alarm["index"].get<std::uint64_t>(),
             alarm["onset"].get<std::uint64_t>() == 0
                 ? ""
                 : fmt::format(", since about {}", alarm["onset"].get<std::uint64_t>()));
}

/// The columns that both tables have, in the stream's order, with their places there; the one named, or every
/// one that the reference has numbers in.
struct Chosen {
  std::size_t place;
  const tables::SampleColumn* reference;
};

Result<std::vector<Chosen>> choose(const tables::Header& stream, const tables::Samples& reference,
                                   const std::string& wanted) {
  std::vector<Chosen> chosen;
  for (std::size_t place = 0; place < stream.names.size(); ++place) {
    if (!wanted.empty() && stream.names[place] != wanted) continue;
    const auto column =
        std::ranges::find(reference.columns, stream.names[place], &tables::SampleColumn::name);
    if (column == reference.columns.end()) continue;
    if (column->not_a_number.empty())
      chosen.push_back({place, &*column});
    else if (!wanted.empty())
      return fail(Code::bad_table,
                  fmt::format("column {} of the reference: {}", wanted, column->not_a_number));
  }
  if (!chosen.empty()) return chosen;
  if (wanted.empty())
    return fail(Code::not_found, "reference and stream have no column of numbers in common");
  return fail(Code::not_found,
              fmt::format("there is no column {:?} in both reference and stream; the stream has: {}", wanted,
                          fmt::join(stream.names, ", ")));
}

/// The stream in work.
class Watch {
 public:
  Watch(const tables::Samples& reference, const Options& options)
      : reference_(reference), options_(options) {}

  Status begin(const tables::Header& header) {
    chosen_ = DROVER_TRY(choose(header, reference_, options_.column));
    WatchOptions options = options_.watch;
    options.columns = chosen_.size();
    for (const Chosen& one : chosen_)
      columns_.push_back(DROVER_TRY(ColumnWatch::make(*one.reference, options)));
    return {};
  }

  Status take(const tables::Row& row, bool quiet) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].stopped()) continue;
      const std::size_t place = chosen_[i].place;
      if (row.missing(place)) {
        columns_[i].take_missing();
        continue;
      }
      const auto value = row.number(place);
      if (!value)
        return fail(Code::bad_table,
                    fmt::format("{}: {:?} is not a number", row.place(place), row.text(place)));
      const auto alarm = DROVER_TRY(columns_[i].take(*value).in(row.place(place)));
      if (!alarm) continue;
      print_line(*alarm);
      if (!quiet) tell(*alarm);
    }
    return {};
  }

  [[nodiscard]] bool done() const {
    return !columns_.empty() && std::ranges::all_of(columns_, &ColumnWatch::stopped);
  }

  [[nodiscard]] nlohmann::ordered_json summary() const {
    nlohmann::ordered_json columns = nlohmann::ordered_json::object();
    std::uint64_t alarms = 0;
    for (const ColumnWatch& column : columns_) {
      columns[column.name()] = column.summary();
      alarms += columns[column.name()]["alarms"].get<std::uint64_t>();
    }
    return {{"detector", options_.watch.detector}, {"alarms", alarms}, {"columns", columns}};
  }

 private:
  const tables::Samples& reference_;
  const Options& options_;
  std::vector<Chosen> chosen_;
  std::vector<ColumnWatch> columns_;
};

Result<Answer> run(const Options& options, bool json) {
  const auto choose_numbers = [&](const tables::Header& header, std::size_t column) {
    const bool wanted = options.column.empty() || header.names[column] == options.column;
    return wanted ? tables::ReadAs::numbers : tables::ReadAs::skip;
  };
  const tables::Samples reference = DROVER_TRY(read_samples(options.reference, choose_numbers));
  Watch watch(reference, options);
  // Reading ends as soon as no column is left to watch.
  const auto enough = [&]() -> Status {
    return watch.done() ? Status(fail(Code::internal, "enough")) : Status();
  };
  const Status read = read_rows(
      options.stream, [&](const tables::Header& header) { return watch.begin(header); },
      [&](const tables::Row& row) -> Status {
        DROVER_TRY(watch.take(row, json));
        return enough();
      });
  if (!read && !watch.done()) return fail(read.error());
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
  verb->add_option("--set", options->settings, "a setting of the detector, name=number")
      ->allow_extra_args(false);
  verb->add_flag("--continue", options->watch.go_on,
                 "restart a column's detector after an alarm, at a smaller alpha, instead of leaving it");
  verb->footer(known_detectors);
  on_run(verb, context, [options, &context]() -> Result<Answer> {
    DROVER_TRY(parse_settings(options->settings, options->watch));
    DROVER_TRY(drift::detector_kind(options->watch.detector));
    return run(*options, context.json);
  });
}

}  // namespace drover::cli
