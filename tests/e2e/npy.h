#pragma once

#include <string>
#include <vector>

namespace drover::e2e {

/// A float32 .npy of this shape with values in [-1, 1] from a generator that starts at `seed`.
std::string float_npy(const std::vector<std::size_t>& shape, unsigned seed);
/// An int64 .npy of `rows` zeros.
std::string zero_labels_npy(std::size_t rows);

}  // namespace drover::e2e
