#pragma once

#include <limits>

#include "drift/baseline.h"

namespace drover::drift {

/// Edges and slots at the given ranks; `pair_at(rank)` is the pair at a rank from 1 on.
void place_edges(Distribution& into, const EdgeRanks& r, auto pair_at) {
  for (std::size_t j = 1; j < kBins; ++j)
    into.set_edge(j - 1, r[j] == 0 ? Edge{-std::numeric_limits<float>::infinity(), 0} : pair_at(r[j]));
  for (std::size_t j = 0; j < kBins; ++j) into.slots[j] = static_cast<std::uint32_t>(r[j + 1] - r[j]);
}

}  // namespace drover::drift
