#pragma once

#include <functional>
#include <map>
#include <set>

#include "tables/rows.h"

/// Whole columns of a table, as two-sample tests want them: numbers, or counts of categories.
namespace drover::tables {

struct SampleLimits {
  RowLimits rows;
  std::uint64_t values_max = std::uint64_t{1} << 29;  // over all columns: 4 GiB of numbers
  std::size_t categories_max = 1 << 16;               // of one column
  std::size_t category_bytes_max = 1 << 10;
};

/// One column. rows = missing + nan + numbers.size() + Σ counts, for a column read as numbers without the
/// fields that are none.
struct SampleColumn {
  std::string name;
  bool categorical = false;
  std::uint64_t missing = 0;                    // empty fields
  std::uint64_t nan = 0;                        // "nan" or NaN: not among the numbers
  std::vector<double> numbers;                  // in the file's order; infinities are among them
  std::map<std::string, std::uint64_t> counts;  // of a categorical column
  std::string not_a_number;  // the first field that is no number, with its place; numbers end there
};

struct Samples {
  bool named = true;  // false for an .npy, whose columns are "c0", "c1", …
  std::uint64_t rows = 0;
  std::vector<SampleColumn> columns;
};

/// Which columns are wanted, by name and place: nothing for one that is not, else whether it is read as
/// categories.
enum class ReadAs : std::uint8_t { skip, numbers, categories };
using ChooseColumn = std::function<ReadAs(const Header& header, std::size_t column)>;

/// Collects the chosen columns of a table that comes in pieces. Errors: RowReader's; too_many beyond the
/// limits, naming the column.
class SampleReader {
 public:
  explicit SampleReader(ChooseColumn choose, const SampleLimits& limits = {});
  SampleReader(const SampleReader&) = delete;
  SampleReader& operator=(const SampleReader&) = delete;
  Status feed(ByteView piece) { return rows_.feed(piece); }
  Result<Samples> finish();

 private:
  Status take_header(const Header& header);
  Status take_row(const Row& row);
  Status take_number(SampleColumn& column, const Row& row, std::size_t at);
  Status take_category(SampleColumn& column, const Row& row, std::size_t at);

  ChooseColumn choose_;
  SampleLimits limits_;
  Samples samples_;
  std::vector<std::size_t> chosen_;  // place in the table of each of samples_.columns
  std::uint64_t values_ = 0;
  RowReader rows_;
};

}  // namespace drover::tables
