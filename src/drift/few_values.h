#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drift/levels.h"

/// Where the bins of a baseline of one to four different values lie: not at the levels, which would cut
/// through a value and leave it to chance which side an observation counts on, but at the values themselves.
///
/// With c_1, …, c_K of each value (ascending) there are 2K + 1 cells: below the lowest, value 1, between 1
/// and 2, value 2, …, above the highest. A value's cell reaches from its first to its last place in the order
/// of (value, tie); the cells beside hold what was never seen, one slot each, and of a seen value the 2 in c
/// + 1 whose ties lie outside those of the baseline. Cell i is bin 4i, so that each is a coarse bin of the
/// urn's, and the last is bin 63; the bins between have no slots.
namespace drover::drift {

inline constexpr std::size_t kFewValues = 4;

inline constexpr std::size_t cells_of(std::size_t values) { return 2 * values + 1; }

/// The cell that a bin belongs to; one without slots has that of the bin with slots before it.
inline constexpr std::size_t cell_of(std::size_t bin, std::size_t values) {
  const std::size_t last = 2 * values;
  return bin == kBins - 1 ? last : bin / 4 < last ? bin / 4 : last - 1;
}

/// Whether a cell holds what the baseline has none of.
inline constexpr bool is_unseen(std::size_t cell) { return cell % 2 == 0; }

/// r_0 … r_64, the ranks of the edges, from how often each value occurs.
inline EdgeRanks ranks_of_few(std::span<const std::uint64_t> counts) {
  EdgeRanks r{};
  std::uint64_t below = 0;
  std::size_t j = 1;
  for (const std::uint64_t count : counts) {
    for (const std::uint64_t rank : {below + 1, below + count})
      for (std::size_t end = j + 4; j < end; ++j) r[j] = rank;
    below += count;
  }
  while (j < kBins) r[j++] = below;
  r[kBins] = below + 1;
  return r;
}

/// How many values a baseline with these slots has; 0 when its bins lie at the levels, as those of any
/// baseline of more than four values do.
inline std::size_t few_values(const std::array<std::uint32_t, kBins>& slots) {
  std::size_t highest = 0;
  for (std::size_t j = 0; j + 1 < kBins; ++j)
    if (slots[j] > 0) highest = j;
  const std::size_t values = highest / 8 + 1;
  if (values > kFewValues || slots[kBins - 1] != 1) return 0;
  for (std::size_t j = 0; j < highest; ++j) {
    if (j % 4 != 0 && slots[j] > 0) return 0;
    if (j % 8 == 0 && slots[j] != 1) return 0;
  }
  return highest % 4 == 0 ? values : 0;
}

}  // namespace drover::drift
