#include "tables/rows.h"

#include <fmt/format.h>

namespace drover::tables {

bool Row::missing(std::size_t column) const {
  return record_ != nullptr && trimmed(record_->fields[column]).empty();
}

std::optional<double> Row::number(std::size_t column) const {
  if (record_ == nullptr) return values_->at(column);
  return parse_number(trimmed(record_->fields[column]));
}

std::string Row::text(std::size_t column) const {
  if (record_ == nullptr) return fmt::format("{}", values_->at(column));
  return std::string(trimmed(record_->fields[column]));
}

std::string Row::place(std::size_t column) const {
  if (record_ == nullptr) return fmt::format("row {}, column {}", index_ + 1, column + 1);
  return fmt::format("line {}, column {}", record_->line, record_->columns[column]);
}

RowReader::RowReader(OnHeader on_header, OnRow on_row, const RowLimits& limits)
    : on_header_(std::move(on_header)),
      on_row_(std::move(on_row)),
      limits_(limits),
      csv_([this](const CsvRecord& record) { return take_record(record); }, limits.csv) {}

Status RowReader::feed(ByteView piece) {
  if (kind_ == Kind::csv) return csv_.feed(piece);
  if (kind_ == Kind::npy) return take_npy(piece);
  head_.insert(head_.end(), piece.begin(), piece.end());
  if (head_.size() < kNpyHeadBytes) return {};
  kind_ = is_npy(head_) ? Kind::npy : Kind::csv;
  const Bytes first = std::exchange(head_, {});
  return feed(first);
}

Status RowReader::take_record(const CsvRecord& record) {
  if (has_header_) return on_row_(Row(rows_++, record));
  has_header_ = true;
  Header header;
  header.names = DROVER_TRY(column_names(record));
  return on_header_(header);
}

Status RowReader::finish() {
  if (kind_ == Kind::npy || (kind_ == Kind::unknown && is_npy(head_))) return finish_npy();
  if (kind_ == Kind::unknown) DROVER_TRY(csv_.feed(head_));
  DROVER_TRY(csv_.finish());
  if (has_header_) return {};
  return fail(Code::bad_table, "the table is empty; a CSV's first line names the columns");
}

}  // namespace drover::tables
