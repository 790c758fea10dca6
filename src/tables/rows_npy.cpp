#include <fmt/format.h>

#include <algorithm>

#include "tables/rows.h"

namespace drover::tables {

Status RowReader::take_npy(ByteView piece) {
  if (npy_ && !held_) return take_elements(piece);
  head_.insert(head_.end(), piece.begin(), piece.end());
  if (held_) {
    if (head_.size() <= limits_.npy_held_bytes_max) return {};
    return fail(Code::too_large,
                fmt::format("an array in Fortran order of more than {} bytes; save it in C order",
                            limits_.npy_held_bytes_max));
  }
  const NpyPlace place = DROVER_TRY(find_npy_header(head_, limits_.npy_header_max));
  if (head_.size() < place.end) return {};
  npy_ = DROVER_TRY(parse_npy_header(as_text(head_).substr(place.begin, place.end - place.begin)));
  DROVER_TRY(begin_npy());
  if (held_) return {};
  const Bytes first = std::exchange(head_, {});
  return take_elements(ByteView(first).subspan(place.end));
}

/// Names the columns and makes room for one row.
Status RowReader::begin_npy() {
  const std::vector<std::int64_t>& shape = npy_->shape;
  if (shape.empty() || shape.size() > 2)
    return fail(
        Code::bad_table,
        fmt::format("an array of shape {}; a table has one dimension (one column) or two (rows, columns)",
                    shape_text(shape)));
  DROVER_TRY(element_count(shape));
  const auto columns = shape.size() == 1 ? std::uint64_t{1} : static_cast<std::uint64_t>(shape[1]);
  if (columns == 0 || columns > limits_.npy_columns_max)
    return fail(columns == 0 ? Code::bad_table : Code::too_many,
                fmt::format("an array of {} columns, 1 to {} allowed", columns, limits_.npy_columns_max));
  held_ = npy_->fortran_order && columns > 1 && shape[0] > 1;
  row_ = DROVER_TRY(make_tensor(npy_->dtype, {static_cast<std::int64_t>(columns)}));
  Header header;
  header.named = false;
  for (std::uint64_t i = 0; i < columns; ++i) header.names.push_back(fmt::format("c{}", i));
  has_header_ = true;
  return on_header_(header);
}

Status RowReader::take_elements(ByteView piece) {
  while (!piece.empty()) {
    if (rows_ == static_cast<std::uint64_t>(npy_->shape[0]))
      return fail(Code::bad_table, fmt::format("more bytes after the array's {} rows", rows_));
    const std::size_t count = std::min(piece.size(), row_.bytes.size() - filled_);
    std::copy_n(piece.begin(), count, row_.bytes.begin() + static_cast<std::ptrdiff_t>(filled_));
    piece = piece.subspan(count);
    filled_ += count;
    if (filled_ == row_.bytes.size()) DROVER_TRY(take_array_row());
  }
  return {};
}

Status RowReader::take_array_row() {
  filled_ = 0;
  if (npy_->big_endian) {
    const auto width = static_cast<std::ptrdiff_t>(size_bytes(row_.dtype));
    for (auto at = row_.bytes.begin(); at != row_.bytes.end(); at += width) std::reverse(at, at + width);
  }
  return on_row_(Row(rows_++, row_));
}

Status RowReader::finish_npy() {
  if (!npy_) return fail(Code::bad_table, "the .npy header is cut short");
  if (held_) return finish_held();
  const auto rows = static_cast<std::uint64_t>(npy_->shape[0]);
  if (rows_ == rows && filled_ == 0) return {};
  return fail(Code::bad_table,
              fmt::format("the array of {} ends in row {} of {}", shape_text(npy_->shape), rows_ + 1, rows));
}

Status RowReader::finish_held() {
  const Tensor whole = DROVER_TRY(read_npy(head_, {.bytes_max = limits_.npy_held_bytes_max}));
  head_ = {};
  const std::size_t width = row_.bytes.size();
  for (std::size_t at = 0; at < whole.bytes.size(); at += width) {
    std::copy_n(whole.bytes.begin() + static_cast<std::ptrdiff_t>(at), width, row_.bytes.begin());
    DROVER_TRY(on_row_(Row(rows_++, row_)));
  }
  return {};
}

}  // namespace drover::tables
