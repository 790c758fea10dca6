#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "tables/csv.h"

namespace drover::tables {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Decimal or scientific, a sign, nan or inf in any case; what is beyond float32 becomes infinity or zero.
std::optional<float> number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range)
    return text.find("e-") != text.npos || text.find("E-") != text.npos ? 0
           : text[0] == '-'                                             ? -kInfinity
                                                                        : kInfinity;
  constexpr double kMax = std::numeric_limits<float>::max();
  if (value > kMax) return kInfinity;
  if (value < -kMax) return -kInfinity;
  return static_cast<float>(value);
}

Result<std::vector<Column>> named_columns(const CsvRecord& header) {
  std::set<std::string> names;
  std::vector<Column> columns(header.fields.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].name = trimmed(header.fields[i]);
    if (columns[i].name.empty() || !names.insert(columns[i].name).second)
      return fail(Code::bad_table,
                  fmt::format("line {}, column {}: \"{}\" as a column's name is empty or stands twice",
                              header.line, header.columns[i], columns[i].name.substr(0, 80)));
  }
  return columns;
}

void take_field(Column& column, bool as_text, const CsvRecord& record, std::size_t i) {
  const std::string_view field = trimmed(record.fields[i]);
  if (field.empty()) {
    ++column.missing;
  } else if (as_text) {
    column.texts.emplace_back(field);
  } else if (const auto value = number(field)) {
    column.numbers.push_back(*value);
  } else if (column.not_a_number.empty()) {
    column.not_a_number =
        fmt::format("line {}, column {}: \"{}\"", record.line, record.columns[i], field.substr(0, 80));
  }
}

}  // namespace

Result<std::vector<Column>> read_columns(ByteView csv, const std::set<std::string>& text_columns,
                                         const CsvLimits& limits) {
  std::vector<Column> columns;
  const auto take = [&](const CsvRecord& record) -> Status {
    if (columns.empty()) {
      columns = DROVER_TRY(named_columns(record));
      return {};
    }
    for (std::size_t i = 0; i < columns.size(); ++i)
      take_field(columns[i], text_columns.contains(columns[i].name), record, i);
    return {};
  };
  CsvReader reader(take, limits);
  DROVER_TRY(reader.feed(csv));
  DROVER_TRY(reader.finish());
  if (columns.empty()) return fail(Code::bad_table, "the CSV is empty; its first line names the columns");
  return columns;
}

}  // namespace drover::tables
