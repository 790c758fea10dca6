#include "server/telemetry.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "server/watch_entries.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSeqMax = 1ULL << 53;  // what every JSON reader keeps exactly
constexpr std::size_t kNotesMax = 20, kMessageBytesMax = 240;

Result<std::uint64_t> read_seq(const json& value, std::string_view place) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kSeqMax)
    return fail(Code::bad_json, fmt::format("{}: must be a whole number from 0 to 2^53", place));
  return value.get<std::uint64_t>();
}

Result<std::string> read_epoch(const json& document) {
  const auto found = document.find("epoch");
  if (found == document.end() || !found->is_string()) return fail(Code::bad_json, "epoch: must be a text");
  const auto& epoch = found->get_ref<const std::string&>();
  if (epoch.empty() || epoch.size() > 64) return fail(Code::bad_json, "epoch: has 1 to 64 characters");
  return epoch;
}

/// The elements of a list of the entry, which leaves it; each is read or refused by itself.
template <class Row>
std::vector<Row> take_list(json& entry, const char* name, std::size_t count_max, const db::EntryPlace& from,
                           Result<Row> (*read)(const json& element), std::vector<Refusal>& refused) {
  std::vector<Row> rows;
  const auto found = entry.find(name);
  if (found == entry.end()) return rows;
  const json list = std::move(*found);
  entry.erase(found);
  const auto refuse = [&](std::string place, Error why) {
    refused.push_back({from.seq, std::move(place), std::move(why)});
  };
  if (!list.is_array()) {
    refuse(name, {Code::bad_json, "a list expected"});
    return rows;
  }
  for (std::size_t i = 0; i < std::min(list.size(), count_max); ++i) {
    if (auto row = read(list[i])) {
      rows.push_back(std::move(*row));
      rows.back().from = {from.epoch, from.seq, i};
    } else {
      refuse(fmt::format("{}[{}]", name, i), std::move(row).error());
    }
  }
  if (list.size() > count_max)
    refuse(fmt::format("{}[{}]", name, count_max),
           {Code::too_many,
            fmt::format("{} elements, at most {} of an entry are taken", list.size(), count_max)});
  return rows;
}

json to_json(const Refusal& refusal) {
  return {{"place", refusal.place},
          {"code", name(refusal.why.code)},
          {"message", refusal.why.text().substr(0, kMessageBytesMax)}};
}

json notes_of(std::span<const Refusal> refused) {
  json notes = json::array();
  for (const Refusal& refusal : refused.first(std::min(refused.size(), kNotesMax)))
    notes.push_back(to_json(refusal));
  return notes;
}

Result<db::TelemetryRow> read_entry(json entry, const std::string& epoch, const std::string& place,
                                    const TelemetryLimits& limits, std::vector<Refusal>& refused) {
  if (!entry.is_object() || !entry.contains("seq"))
    return fail(Code::bad_json, fmt::format("{}: must be an object with \"seq\"", place));
  for (const char* name : {"health", "models"})
    if (entry.contains(name) && !entry[name].is_object())
      return fail(Code::bad_json, fmt::format("{}.{}: must be an object", place, name));
  const std::uint64_t seq = DROVER_TRY(read_seq(entry["seq"], place + ".seq"));
  entry.erase("seq");
  entry.erase("refused");
  const std::size_t refused_before = refused.size();
  db::TelemetryRow row{.epoch = epoch, .seq = seq};
  row.windows = take_list(entry, "windows", limits.windows_max, {epoch, seq}, read_window, refused);
  row.alerts = take_list(entry, "alerts", limits.alerts_max, {epoch, seq}, read_alert, refused);
  if (entry.dump().size() > limits.entry_bytes_max)
    return fail(Code::too_large, fmt::format("{}: is longer than {} bytes", place, limits.entry_bytes_max));
  if (refused.size() > refused_before)
    entry["refused"] = notes_of(std::span(refused).subspan(refused_before));
  row.body = entry.dump(-1, ' ', false, json::error_handler_t::replace);  // a note may end within a character
  return row;
}

Result<const json*> read_list(const json& document, const char* name, std::size_t count_max) {
  static const json none = json::array();
  const auto found = document.find(name);
  if (found == document.end()) return &none;
  if (!found->is_array()) return fail(Code::bad_json, fmt::format("{}: must be a list", name));
  if (found->size() > count_max)
    return fail(Code::too_many, fmt::format("{}: has {} elements, at most {} are taken at once", name,
                                            found->size(), count_max));
  return &*found;
}

}  // namespace

Result<TelemetryBatch> parse_telemetry(std::string_view body, const TelemetryLimits& limits) {
  const json document = DROVER_TRY(parse_json(body, {.bytes_max = kTelemetryBytesMax}));
  if (!document.is_object()) return fail(Code::bad_json, "the body must be an object");
  const std::string epoch = DROVER_TRY(read_epoch(document));
  TelemetryBatch batch;
  const json& entries = *DROVER_TRY(read_list(document, "entries", limits.entries_max));
  for (std::size_t i = 0; i < entries.size(); ++i)
    batch.rows.push_back(
        DROVER_TRY(read_entry(entries[i], epoch, fmt::format("entries[{}]", i), limits, batch.refused)));
  const json& lost = *DROVER_TRY(read_list(document, "lost", limits.lost_max));
  for (std::size_t i = 0; i < lost.size(); ++i) {
    const std::string place = fmt::format("lost[{}]", i);
    if (!lost[i].is_array() || lost[i].size() != 2)
      return fail(Code::bad_json, place + ": must be a pair [first, last]");
    const std::uint64_t low = DROVER_TRY(read_seq(lost[i][0], place));
    const std::uint64_t high = DROVER_TRY(read_seq(lost[i][1], place));
    if (high < low) return fail(Code::bad_json, place + ": its last is before its first");
    batch.lost.push_back({epoch, low, high});
  }
  return batch;
}

json telemetry_answer(const TelemetryBatch& batch) {
  json answer = {{"acked", ranges_of(batch.rows)}};
  for (const Refusal& refusal : std::span(batch.refused).first(std::min(batch.refused.size(), kNotesMax))) {
    json note = to_json(refusal);
    note["seq"] = refusal.seq;
    answer["refused"].push_back(std::move(note));
  }
  return answer;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges_of(const std::vector<db::TelemetryRow>& rows) {
  std::vector<std::uint64_t> numbers;
  for (const auto& row : rows) numbers.push_back(row.seq);
  std::ranges::sort(numbers);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (std::uint64_t number : numbers) {
    if (!ranges.empty() && number <= ranges.back().second + 1) {
      ranges.back().second = number;
    } else {
      ranges.emplace_back(number, number);
    }
  }
  return ranges;
}

}  // namespace drover::server
