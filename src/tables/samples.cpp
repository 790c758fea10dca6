#include "tables/samples.h"

#include <fmt/format.h>

#include <cmath>

namespace drover::tables {

SampleReader::SampleReader(ChooseColumn choose, const SampleLimits& limits)
    : choose_(std::move(choose)),
      limits_(limits),
      rows_([this](const Header& header) { return take_header(header); },
            [this](const Row& row) { return take_row(row); }, limits.rows) {}

Status SampleReader::take_header(const Header& header) {
  samples_.named = header.named;
  for (std::size_t i = 0; i < header.names.size(); ++i) {
    const ReadAs how = choose_(header, i);
    if (how == ReadAs::skip) continue;
    chosen_.push_back(i);
    SampleColumn& column = samples_.columns.emplace_back();
    column.name = header.names[i];
    column.categorical = how == ReadAs::categories;
  }
  return {};
}

Status SampleReader::take_row(const Row& row) {
  ++samples_.rows;
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    SampleColumn& column = samples_.columns[i];
    const std::size_t at = chosen_[i];
    if (row.missing(at))
      ++column.missing;
    else if (column.categorical)
      DROVER_TRY(take_category(column, row, at));
    else if (column.not_a_number.empty())
      DROVER_TRY(take_number(column, row, at));
  }
  return {};
}

Status SampleReader::take_number(SampleColumn& column, const Row& row, std::size_t at) {
  const std::optional<double> value = row.number(at);
  if (!value) {
    column.not_a_number = fmt::format("{}: \"{}\"", row.place(at), row.text(at).substr(0, 80));
  } else if (std::isnan(*value)) {
    ++column.nan;
  } else if (values_++ == limits_.values_max) {
    return fail(Code::too_many,
                fmt::format("column \"{}\", {}: more than {} values in all; name fewer columns", column.name,
                            row.place(at), limits_.values_max));
  } else {
    column.numbers.push_back(*value);
  }
  return {};
}

Status SampleReader::take_category(SampleColumn& column, const Row& row, std::size_t at) {
  std::string text = row.text(at);
  if (text.size() > limits_.category_bytes_max)
    return fail(Code::too_large, fmt::format("column \"{}\", {}: a category of more than {} bytes",
                                             column.name, row.place(at), limits_.category_bytes_max));
  ++column.counts[std::move(text)];
  if (column.counts.size() <= limits_.categories_max) return {};
  return fail(
      Code::too_many,
      fmt::format("column \"{}\", {}: more than {} different texts; leave it out by naming the columns",
                  column.name, row.place(at), limits_.categories_max));
}

Result<Samples> SampleReader::finish() {
  DROVER_TRY(rows_.finish());
  return std::move(samples_);
}

}  // namespace drover::tables
