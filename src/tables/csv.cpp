#include "tables/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace drover::tables {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Bytes that may end a run of a field's own.
constexpr auto kSpecial = [] {
  std::array<bool, 256> special{};
  for (const char c : std::string_view("\0,\"\r\n", 5)) special[static_cast<unsigned char>(c)] = true;
  return special;
}();

}  // namespace

CsvReader::CsvReader(OnRecord on_record, const CsvLimits& limits)
    : on_record_(std::move(on_record)), limits_(limits) {}

std::unexpected<Error> CsvReader::bad(Code code, std::string_view what) const {
  return fail(code, fmt::format("line {}, column {}: {}", line_, column_, what));
}

Status CsvReader::feed(ByteView piece) {
  if (piece.size() > limits_.bytes_max - bytes_)
    return bad(Code::too_large, fmt::format("more than {} bytes", limits_.bytes_max));
  std::string_view text = as_text(piece);
  while (!text.empty() && bytes_ < kByteOrderMark.size()) {
    head_.push_back(text.front());
    text.remove_prefix(1);
    if (++bytes_ == kByteOrderMark.size()) DROVER_TRY(take_head());
  }
  bytes_ += text.size();
  while (!text.empty()) text.remove_prefix(DROVER_TRY(take_run(text)));
  return {};
}

Status CsvReader::take_head() {
  const std::string head = std::exchange(head_, {});
  if (head == kByteOrderMark) return {};
  for (const char c : head) DROVER_TRY(take_run({&c, 1}));
  return {};
}

Result<std::size_t> CsvReader::take_run(std::string_view text) {
  if (state_ == State::plain || state_ == State::quoted) {
    const auto stop =
        std::ranges::find_if(text, [](char c) { return kSpecial[static_cast<unsigned char>(c)]; });
    const auto run = static_cast<std::size_t>(stop - text.begin());
    const std::size_t room = limits_.field_bytes_max - field_.size();
    if (run > room) {
      column_ += room + 1;
      return too_long();
    }
    if (run > 0) {
      field_.append(text, 0, run);
      column_ += run;
      return run;
    }
  }
  ++column_;
  DROVER_TRY(take(text.front()));
  return 1;
}

Status CsvReader::take(char c) {
  if (c == '\0') return bad(Code::bad_table, "a zero byte; this is no CSV");
  switch (state_) {
    case State::after_cr:
      state_ = State::field_start;
      if (c == '\n') return {};  // the record ended at the carriage return
      return bad(Code::bad_table, "a carriage return without a line feed");
    case State::field_start:
      return take_start(c);
    case State::plain:
      return take_plain(c);
    case State::quoted:
      if (c == '"')
        state_ = State::quote_in_quoted;
      else
        DROVER_TRY(add(c));
      if (c == '\n') ++line_, column_ = 0;
      return {};
    case State::quote_in_quoted:
      if (c == '"') {
        state_ = State::quoted;
        return add(c);
      }
      if (c != ',' && c != '\n' && c != '\r') return bad(Code::bad_table, "text after a closing quote");
      return take_plain(c);
  }
  return {};
}

Status CsvReader::take_start(char c) {
  field_column_ = column_;
  if (c != '"') {
    state_ = State::plain;
    return take_plain(c);
  }
  quoted_ = true;
  state_ = State::quoted;
  return {};
}

Status CsvReader::take_plain(char c) {
  switch (c) {
    case ',':
      state_ = State::field_start;
      return end_field();
    case '\r':
      state_ = State::after_cr;
      return end_record();
    case '\n':
      state_ = State::field_start;
      return end_record();
    case '"':
      return bad(Code::bad_table, "a quote inside an unquoted field; double it and quote the field");
    default:
      return add(c);
  }
}

Status CsvReader::add(char c) {
  if (field_.size() == limits_.field_bytes_max) return too_long();
  field_.push_back(c);
  return {};
}

std::unexpected<Error> CsvReader::too_long() const {
  return bad(Code::too_large, fmt::format("a field of more than {} bytes", limits_.field_bytes_max));
}

Status CsvReader::end_field() {
  if (record_.fields.size() == limits_.columns_max)
    return bad(Code::too_many, fmt::format("more than {} columns", limits_.columns_max));
  record_.fields.push_back(std::move(field_));
  record_.columns.push_back(field_column_);
  field_.clear();
  quoted_ = false;
  field_column_ = column_ + 1;
  return {};
}

Status CsvReader::end_record() {
  const bool empty = record_.fields.empty() && field_.empty() && !quoted_;
  if (!empty) {
    DROVER_TRY(end_field());
    if (records_ == 0) width_ = record_.fields.size();
    if (record_.fields.size() != width_)
      return fail(Code::bad_table, fmt::format("line {}: {} fields, the first line has {}", record_.line,
                                               record_.fields.size(), width_));
    if (records_++ > limits_.rows_max)
      return bad(Code::too_many, fmt::format("more than {} rows", limits_.rows_max));
    DROVER_TRY(on_record_(record_));
  }
  ++line_;
  column_ = 0;
  field_column_ = 1;
  record_.line = line_;
  record_.fields.clear();
  record_.columns.clear();
  return {};
}

Status CsvReader::finish() {
  DROVER_TRY(take_head());
  if (state_ == State::quoted)
    return fail(Code::bad_table, fmt::format("line {}: a quoted field that begins at column {} does not end",
                                             record_.line, field_column_));
  if (state_ == State::field_start || state_ == State::after_cr)
    return record_.fields.empty() ? Status() : end_record();
  return end_record();
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

}  // namespace drover::tables
