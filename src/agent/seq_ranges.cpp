#include "agent/seq_ranges.h"

#include <algorithm>

namespace drover::agent {

void append(SeqRanges& ranges, std::uint64_t seq) {
  if (!ranges.empty() && ranges.back().second + 1 == seq)
    ranges.back().second = seq;
  else
    ranges.emplace_back(seq, seq);
}

bool contains(const SeqRanges& ranges, std::uint64_t seq) {
  return std::ranges::any_of(ranges,
                             [seq](const auto& range) { return seq >= range.first && seq <= range.second; });
}

SeqRanges without(SeqRanges ranges, const SeqRanges& removed) {
  for (const auto& [low, high] : removed) {
    SeqRanges left;
    for (const auto& [first, last] : ranges) {
      if (high < first || low > last) {
        left.emplace_back(first, last);
        continue;
      }
      if (first < low) left.emplace_back(first, low - 1);
      if (last > high) left.emplace_back(high + 1, last);
    }
    ranges = std::move(left);
  }
  return ranges;
}

}  // namespace drover::agent
