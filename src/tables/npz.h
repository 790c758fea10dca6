#pragma once

#include <cstdint>

#include "base/result.h"
#include "tables/npy.h"
#include "tables/tensor.h"

namespace drover::tables {

struct NpzLimits {
  NpyLimits array = {};
  std::size_t arrays_max = 64;
  std::uint64_t bytes_max = std::uint64_t{512} << 20;  // of all arrays together
};

bool is_npz(ByteView file);

/// Reads .npz, a zip of .npy members, stored or deflated, as numpy.savez and savez_compressed write it; zip64
/// sizes are understood. Names lose their ".npy". CRC-32 is checked. Refused: encryption, other methods,
/// several disks, duplicate names, members that are not .npy. Errors: bad_table, too_large, too_many.
Result<NamedTensors> read_npz(ByteView file, const NpzLimits& limits = {});

/// Stored (not compressed) members with a zero date: equal tensors give equal bytes.
/// Names must be unique and not empty; fails with invalid_argument, or too_large beyond 2 GiB.
Result<Bytes> write_npz(const NamedTensors& tensors);

/// Either kind, known by content: an .npy is one tensor with an empty name.
Result<NamedTensors> read_tensors(ByteView file, const NpzLimits& limits = {});

}  // namespace drover::tables
