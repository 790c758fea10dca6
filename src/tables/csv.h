#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::tables {

struct CsvLimits {
  std::uint64_t bytes_max = std::uint64_t{1} << 30;
  std::uint64_t rows_max = std::uint64_t{1} << 24;
  std::size_t columns_max = 1024;
  std::size_t field_bytes_max = 64 << 10;
};

/// One record: its fields, and the line (from 1) and columns (bytes from 1) where they begin.
struct CsvRecord {
  std::uint64_t line = 1;
  std::vector<std::string> fields;
  std::vector<std::uint64_t> columns;
};

/// Reads CSV that comes in pieces: RFC 4180 with LF or CRLF, quoted fields with doubled quotes and line
/// breaks, a UTF-8 byte-order mark, and no need of a line break at the end. Empty lines are skipped. Every
/// record has as many fields as the first. Errors: bad_table and too_large or too_many with line and column,
/// and what `on_record` returns.
class CsvReader {
 public:
  using OnRecord = std::function<Status(const CsvRecord&)>;
  explicit CsvReader(OnRecord on_record, const CsvLimits& limits = {});
  Status feed(ByteView piece);
  /// Call once, after the last piece.
  Status finish();

 private:
  enum class State : std::uint8_t { field_start, plain, quoted, quote_in_quoted, after_cr };
  Status take_head();
  /// Takes one byte, or all that stand together before the next with a meaning; says how many.
  Result<std::size_t> take_run(std::string_view text);
  Status take(char c);
  Status take_start(char c);
  Status take_plain(char c);
  Status end_field();
  Status end_record();
  Status add(char c);
  [[nodiscard]] std::unexpected<Error> too_long() const;
  [[nodiscard]] std::unexpected<Error> bad(Code code, std::string_view what) const;

  OnRecord on_record_;
  CsvLimits limits_;
  State state_ = State::field_start;
  CsvRecord record_;
  std::string field_;
  std::string head_;  // the first bytes, until it is known whether they are a byte-order mark
  std::uint64_t field_column_ = 1, line_ = 1, column_ = 0, bytes_ = 0, records_ = 0;
  std::size_t width_ = 0;
  bool quoted_ = false;
};

/// A column of a CSV with a header line.
struct Column {
  std::string name;
  std::vector<float> numbers;             // the numbers in order, when the column is read as numbers
  std::vector<std::string> texts;         // the fields that are not empty, when it is read as text
  std::uint64_t missing = 0;              // empty fields…
  std::vector<std::uint64_t> missing_at;  // …and their rows, from 0
  std::string not_a_number;  // the first field that is no number, with its place; empty for a numeric column

  [[nodiscard]] bool numeric() const { return texts.empty() && not_a_number.empty(); }
  /// Of a column without a field that is no number.
  [[nodiscard]] std::uint64_t rows() const { return missing + numbers.size() + texts.size(); }
};

/// Reads a whole CSV whose first record names the columns; those named in `text_columns` as text, the others
/// as numbers: decimal or scientific, or nan, inf, -inf in any case; what float32 cannot hold becomes
/// infinite. Errors as CsvReader's; names must be unique and not empty. A field that is no number is no error
/// here but stands in not_a_number.
Result<std::vector<Column>> read_columns(ByteView csv, const std::set<std::string>& text_columns = {},
                                         const CsvLimits& limits = {});

/// A field's text without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

/// Decimal or scientific, with a sign, or nan or inf in any case; nothing for another text. What is beyond a
/// double becomes infinite, or zero when too small.
std::optional<double> parse_number(std::string_view text);

/// Trimmed names of a header record; bad_table for one that is empty or stands twice.
Result<std::vector<std::string>> column_names(const CsvRecord& header);

/// A field as RFC 4180 writes it: quoted when it has a comma, a quote or a line break.
std::string csv_field(std::string_view text);

}  // namespace drover::tables
