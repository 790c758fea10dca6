#pragma once

#include <cstdint>

#include "base/result.h"
#include "tables/tensor.h"

namespace drover::tables {

/// What a reader accepts at most.
struct NpyLimits {
  std::uint64_t bytes_max = std::uint64_t{256} << 20;  // of one array's elements
  std::size_t rank_max = 8;
  std::size_t header_max = 64 << 10;
};

bool is_npy(ByteView file);

/// Reads .npy of format versions 1.0, 2.0 and 3.0: booleans, integers and floats of DType. Big-endian and
/// Fortran-ordered arrays are converted to little-endian C order. The file must end where the array ends.
/// Errors: bad_table, too_large; each says what and what to do.
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
Result<Tensor> read_npy(ByteView file, const NpyLimits& limits = {});

/// Format version 1.0, little-endian, C order, header padded to 64 bytes: the bytes that numpy.save writes.
Bytes write_npy(const Tensor& tensor);

}  // namespace drover::tables
