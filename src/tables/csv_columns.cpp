#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "tables/csv.h"

namespace drover::tables {
namespace {

/// What is beyond float32 becomes infinite.
float narrowed(double value) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr double kMax = std::numeric_limits<float>::max();
  return value > kMax ? kInfinity : value < -kMax ? -kInfinity : static_cast<float>(value);
}

Result<std::vector<Column>> named_columns(const CsvRecord& header) {
  std::vector<Column> columns;
  for (const std::string& name : DROVER_TRY(column_names(header))) columns.emplace_back().name = name;
  return columns;
}

void take_field(Column& column, bool as_text, const CsvRecord& record, std::size_t i) {
  const std::string_view field = trimmed(record.fields[i]);
  if (field.empty()) {
    column.missing_at.push_back(column.rows());
    ++column.missing;
  } else if (as_text) {
    column.texts.emplace_back(field);
  } else if (const auto value = parse_number(field)) {
    column.numbers.push_back(narrowed(*value));
  } else if (column.not_a_number.empty()) {
    column.not_a_number =
        fmt::format("line {}, column {}: \"{}\"", record.line, record.columns[i], field.substr(0, 80));
  }
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<double> parse_number(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range)
    return text.find("e-") != text.npos || text.find("E-") != text.npos ? 0
           : text[0] == '-'                                             ? -kInfinity
                                                                        : kInfinity;
  return value;
}

Result<std::vector<std::string>> column_names(const CsvRecord& header) {
  std::set<std::string_view> seen;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string_view name = trimmed(header.fields[i]);
    if (name.empty() || !seen.insert(name).second)
      return fail(Code::bad_table,
                  fmt::format("line {}, column {}: \"{}\" as a column's name is empty or stands twice",
                              header.line, header.columns[i], name.substr(0, 80)));
    names.emplace_back(name);
  }
  return names;
}

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
