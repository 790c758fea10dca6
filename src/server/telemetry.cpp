#include "server/telemetry.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSeqMax = 1ULL << 53;  // what every JSON reader keeps exactly

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

Result<db::TelemetryRow> read_entry(json entry, const std::string& epoch, const std::string& place,
                                    const TelemetryLimits& limits) {
  if (!entry.is_object() || !entry.contains("seq"))
    return fail(Code::bad_json, fmt::format("{}: must be an object with \"seq\"", place));
  for (const char* name : {"health", "models"})
    if (entry.contains(name) && !entry[name].is_object())
      return fail(Code::bad_json, fmt::format("{}.{}: must be an object", place, name));
  const std::uint64_t seq = DROVER_TRY(read_seq(entry["seq"], place + ".seq"));
  entry.erase("seq");
  std::string body = entry.dump();
  if (body.size() > limits.entry_bytes_max)
    return fail(Code::too_large, fmt::format("{}: is longer than {} bytes", place, limits.entry_bytes_max));
  return db::TelemetryRow{.epoch = epoch, .seq = seq, .body = std::move(body)};
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
  const json document = DROVER_TRY(parse_json(body));
  if (!document.is_object()) return fail(Code::bad_json, "the body must be an object");
  const std::string epoch = DROVER_TRY(read_epoch(document));
  TelemetryBatch batch;
  const json& entries = *DROVER_TRY(read_list(document, "entries", limits.entries_max));
  for (std::size_t i = 0; i < entries.size(); ++i)
    batch.rows.push_back(DROVER_TRY(read_entry(entries[i], epoch, fmt::format("entries[{}]", i), limits)));
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
