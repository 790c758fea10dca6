#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace drover {

/// Inclusive ranges of sequence numbers, ascending and apart.
using SeqRanges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// Adds one that is greater than all in it.
void append(SeqRanges& ranges, std::uint64_t seq);
bool contains(const SeqRanges& ranges, std::uint64_t seq);
/// How many numbers there are; not of ranges that hold all 2^64.
std::uint64_t count(const SeqRanges& ranges);
/// Any ranges, as a peer may send them, in order and apart; those that end before they begin are dropped.
SeqRanges normalized(SeqRanges ranges);
/// What is in the one or in the other.
SeqRanges united(SeqRanges ranges, const SeqRanges& more);
/// What of `ranges` is in no range of `removed`, whose order does not matter.
SeqRanges without(SeqRanges ranges, const SeqRanges& removed);
/// What of `ranges` is in `others` too.
SeqRanges common(const SeqRanges& ranges, const SeqRanges& others);

}  // namespace drover
