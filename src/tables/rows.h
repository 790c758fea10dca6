#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tables/csv.h"
#include "tables/npy.h"
#include "tables/npy_header.h"

/// Tables as a stream of rows, whatever the file: a CSV with a header line, or an .npy of one or two
/// dimensions.
namespace drover::tables {

struct RowLimits {
  CsvLimits csv = {.bytes_max = std::uint64_t{1} << 36, .rows_max = std::uint64_t{1} << 28};
  std::size_t npy_header_max = 64 << 10;
  std::uint64_t npy_columns_max = 1024;
  /// Of an array in Fortran order with several columns, which must be held whole to be read by rows.
  std::uint64_t npy_held_bytes_max = std::uint64_t{1} << 33;
};

/// The columns' names: a CSV's header, or "c0", "c1", … when `named` is false (an .npy has no names).
struct Header {
  std::vector<std::string> names;
  bool named = true;
};

/// One row, valid until the callback returns.
class Row {
 public:
  Row(std::uint64_t index, const CsvRecord& record) : index_(index), record_(&record) {}
  Row(std::uint64_t index, const Tensor& values) : index_(index), values_(&values) {}

  [[nodiscard]] std::uint64_t index() const { return index_; }  // from 0, without the header
  /// An empty field of a CSV; an array has none.
  [[nodiscard]] bool missing(std::size_t column) const;
  /// The field as a number: nothing for an empty field or a text that is none; NaN where "nan" or NaN stands.
  [[nodiscard]] std::optional<double> number(std::size_t column) const;
  /// The field without spaces around it, or an array's value as its shortest decimal.
  [[nodiscard]] std::string text(std::size_t column) const;
  /// "line 3, column 5" (bytes from 1) of a CSV, "row 3, column 1" (from 1) of an array.
  [[nodiscard]] std::string place(std::size_t column) const;

 private:
  std::uint64_t index_;
  const CsvRecord* record_ = nullptr;
  const Tensor* values_ = nullptr;
};

/// Reads a table that comes in pieces; its first bytes say what it is. A row costs no memory beyond itself,
/// but for an array in Fortran order with several columns. `on_header` comes once, before any row. Errors:
/// CsvReader's and read_npy's, bad_table for an empty table or an array of other than one or two dimensions,
/// and what the callbacks return.
class RowReader {
 public:
  using OnHeader = std::function<Status(const Header&)>;
  using OnRow = std::function<Status(const Row&)>;
  RowReader(OnHeader on_header, OnRow on_row, const RowLimits& limits = {});
  Status feed(ByteView piece);
  /// Call once, after the last piece.
  Status finish();

 private:
  enum class Kind : std::uint8_t { unknown, csv, npy };
  Status take_record(const CsvRecord& record);
  Status take_npy(ByteView piece);
  Status begin_npy();
  Status take_elements(ByteView piece);
  Status take_array_row();
  Status finish_npy();
  Status finish_held();

  OnHeader on_header_;
  OnRow on_row_;
  RowLimits limits_;
  CsvReader csv_;
  Kind kind_ = Kind::unknown;
  bool has_header_ = false;
  std::uint64_t rows_ = 0;
  Bytes head_;                    // the first bytes, until they tell the kind; of an .npy to its header's end
  std::optional<NpyHeader> npy_;  // once its header is complete
  Tensor row_;                    // the array's row in work
  std::size_t filled_ = 0;        // bytes of it
  bool held_ = false;             // the array is kept whole in head_
};

}  // namespace drover::tables
