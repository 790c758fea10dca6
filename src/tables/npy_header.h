#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "tables/tensor.h"

namespace drover::tables {

/// What the dictionary at the head of an .npy says.
struct NpyHeader {
  DType dtype = DType::float32;
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Where the header's text stands in the file; the elements begin at its end.
struct NpyPlace {
  std::size_t begin = 0, end = 0;
};

/// As many bytes of a file tell the place.
inline constexpr std::size_t kNpyHeadBytes = 12;
/// Errors: bad_table for no .npy or an unknown version, too_large for a header above `header_max` bytes.
Result<NpyPlace> find_npy_header(ByteView head, std::size_t header_max);

/// Reads the Python literal `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`: exactly these
/// three keys, in any order. Errors: bad_table, with the column.
Result<NpyHeader> parse_npy_header(std::string_view text);

/// "<f4", "|u1", …: NumPy's name of the type in little-endian order.
std::string npy_descr(DType dtype);

}  // namespace drover::tables
