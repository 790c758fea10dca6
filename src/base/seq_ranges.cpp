#include "base/seq_ranges.h"

#include <algorithm>

namespace drover {

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

std::uint64_t count(const SeqRanges& ranges) {
  std::uint64_t numbers = 0;
  for (const auto& [first, last] : ranges) numbers += last - first + 1;
  return numbers;
}

SeqRanges normalized(SeqRanges ranges) {
  std::erase_if(ranges, [](const auto& range) { return range.second < range.first; });
  std::ranges::sort(ranges);
  SeqRanges whole;
  for (const auto& [first, last] : ranges) {
    if (whole.empty() || (whole.back().second < first && first - whole.back().second > 1))
      whole.emplace_back(first, last);
    else
      whole.back().second = std::max(whole.back().second, last);
  }
  return whole;
}

SeqRanges united(SeqRanges ranges, const SeqRanges& more) {
  ranges.insert(ranges.end(), more.begin(), more.end());
  return normalized(std::move(ranges));
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

SeqRanges common(const SeqRanges& ranges, const SeqRanges& others) {
  return without(ranges, without(ranges, others));
}

}  // namespace drover
