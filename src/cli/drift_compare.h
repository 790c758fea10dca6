#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "drift/two_sample/compare.h"
#include "drift/two_sample/picture.h"

/// `drover drift compare`: two tables column by column. docs/formats/drift_compare.md.
namespace drover::cli {

struct CompareOptions {
  std::string reference, current;
  std::vector<std::string> columns;      // empty: all that both have
  std::vector<std::string> categorical;  // columns to read as categories whatever stands in them
  drift::KsMethod method = drift::KsMethod::automatic;
  drift::Correction correction = drift::Correction::bh;
  double alpha = 0.05;
  bool pictures = false;  // for the report
};

struct Comparison {
  std::string reference, current;  // paths
  std::uint64_t rows_reference = 0, rows_current = 0;
  std::vector<drift::ColumnComparison> columns;         // in the reference's order
  std::vector<std::optional<drift::Picture>> pictures;  // a column each, where asked for and numeric
  std::vector<std::string> only_reference, only_current;
  drift::Correction correction = drift::Correction::bh;
  double alpha = 0.05;
};

/// Reads both files, each more than once, and compares. A column that is text in either file is compared as
/// categories in both; the columns of an .npy take the other file's names by order when there are as many.
/// Errors: those of reading, invalid_argument for a pipe, not_found for a column asked for that a file lacks,
/// or when no column stands in both.
Result<Comparison> compare_tables(const CompareOptions& options);

}  // namespace drover::cli
