#pragma once

#include <cstddef>
#include <span>

namespace drover::drift {

/// Walks two sorted samples together: for each different value `on_group(value, x, y)` with how often it
/// stands in either.
template <typename OnGroup>
void merged(std::span<const double> a, std::span<const double> b, OnGroup on_group) {
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const double value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const std::size_t begin_a = i, begin_b = j;
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    on_group(value, i - begin_a, j - begin_b);
  }
}

}  // namespace drover::drift
