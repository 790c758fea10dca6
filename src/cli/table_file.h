#pragma once

#include <functional>
#include <string>

#include "tables/samples.h"

/// Tables in files: the reading, for verbs that take a CSV or an .npy.
namespace drover::cli {

/// Gives the bytes of a file, or of the standard input for "-", in pieces, in order. Errors: not_found,
/// io_failed, and what `take` returns, with the path.
Status read_pieces(const std::string& path, const std::function<Status(ByteView)>& take);

/// Each row of a CSV or .npy as it comes. Errors: read_pieces' and tables::RowReader's.
Status read_rows(const std::string& path, tables::RowReader::OnHeader on_header,
                 tables::RowReader::OnRow on_row, const tables::RowLimits& limits = {});

/// The names of the columns; reads no further than they stand.
Result<tables::Header> read_header(const std::string& path);

/// The chosen columns, whole.
Result<tables::Samples> read_samples(const std::string& path, tables::ChooseColumn choose,
                                     const tables::SampleLimits& limits = {});

}  // namespace drover::cli
