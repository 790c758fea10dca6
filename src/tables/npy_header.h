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

/// Reads the Python literal `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`: exactly these
/// three keys, in any order. Errors: bad_table, with the column.
Result<NpyHeader> parse_npy_header(std::string_view text);

/// "<f4", "|u1", …: NumPy's name of the type in little-endian order.
std::string npy_descr(DType dtype);

}  // namespace drover::tables
