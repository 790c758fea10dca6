#include "cli/drift_watch_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table_file.h"

namespace drover::cli {
namespace {

std::size_t place_of(const Side& side, const std::string& name) {
  const Names& names = side.header.names;
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

}  // namespace

Result<WatchReference> read_reference(const std::string& path, const drift::DetectorKind& kind,
                                      const std::string& wanted) {
  WatchReference reference{.side = {.path = path, .header = {}}, .columns = {}};
  std::vector<std::size_t> places;
  const auto choose = [&](const tables::Header& header, std::size_t column) {
    if (column == 0) reference.side.header = header;
    // Columns without names may be lent some.
    if (!wanted.empty() && header.named && header.names[column] != wanted) return tables::ReadAs::skip;
    places.push_back(column);
    return tables::ReadAs::numbers;
  };
  const tables::Samples samples = DROVER_TRY(read_samples(path, choose));
  for (std::size_t i = 0; i < places.size(); ++i)
    reference.columns.emplace(places[i], Known::make(samples.columns[i], kind));
  return reference;
}

StreamWatch::StreamWatch(WatchReference reference, WatchPlan plan, const std::string& wanted)
    : reference_(std::move(reference)), plan_(std::move(plan)) {
  if (!wanted.empty()) asked_.push_back(wanted);
}

Status StreamWatch::begin(Side stream) {
  lend_names(reference_.side, stream);
  const Names shared = DROVER_TRY(shared_columns(reference_.side, stream, asked_));
  note_lonely(stream);
  std::vector<std::pair<std::string, Known*>> chosen;
  for (const std::string& name : shared) {
    Result<Known>& known = reference_.columns.at(place_of(reference_.side, name));
    if (known)
      chosen.emplace_back(name, &*known);
    else
      not_watched_[name] = known.error().text();
  }
  if (chosen.empty()) return none_watched(shared);
  const WatchPlan plan = DROVER_TRY(share_plan(plan_, chosen.size()));
  for (const auto& [name, known] : chosen)
    watched_.push_back(
        {place_of(stream, name), DROVER_TRY(ColumnWatch::make(name, std::move(*known), plan))});
  return {};
}

/// Columns that one side alone has, where none was asked for.
void StreamWatch::note_lonely(const Side& stream) {
  if (!asked_.empty()) return;
  for (const std::string& name : missing_from(stream, reference_.side.header.names))
    not_watched_[name] = "the stream has no such column";
  for (const std::string& name : missing_from(reference_.side, stream.header.names))
    not_watched_[name] = "the reference has no such column";
}

std::unexpected<Error> StreamWatch::none_watched(const Names& shared) const {
  const std::string others =
      shared.size() == 1 ? "" : fmt::format("; nor can the other {} be watched", shared.size() - 1);
  return fail(Error{Code::bad_table, not_watched_.at(shared.front()) + others}
                  .in(fmt::format("column {}", shared.front()))
                  .in(reference_.side.path));
}

Status StreamWatch::take(const tables::Row& row, const OnAlarm& on_alarm) {
  for (Watched& watched : watched_) {
    if (watched.column.stopped()) continue;
    if (Status taken = take_field(watched, row, on_alarm); !taken)
      return fail(
          std::move(taken).error().in(row.place(watched.place)).in("column " + watched.column.name()));
  }
  return {};
}

Status StreamWatch::take_field(Watched& watched, const tables::Row& row, const OnAlarm& on_alarm) {
  if (row.missing(watched.place)) {
    watched.column.take_missing();
    return {};
  }
  const auto value = row.number(watched.place);
  if (!value)
    return fail(Code::bad_table, fmt::format("{:?} is not a number", row.text(watched.place).substr(0, 80)));
  if (const auto line = DROVER_TRY(watched.column.take(*value))) on_alarm(*line);
  return {};
}

bool StreamWatch::done() const {
  return !watched_.empty() && std::ranges::all_of(watched_, &ColumnWatch::stopped, &Watched::column);
}

nlohmann::ordered_json StreamWatch::summary() const {
  nlohmann::ordered_json columns = nlohmann::ordered_json::object();
  std::uint64_t alarms = 0;
  for (const Watched& watched : watched_) {
    columns[watched.column.name()] = watched.column.summary();
    alarms += watched.column.alarms();
  }
  return {{"detector", plan_.kind->name},
          {"alarms", alarms},
          {"columns", columns},
          {"not_watched", not_watched_}};
}

}  // namespace drover::cli
