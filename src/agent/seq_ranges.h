#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace drover::agent {

/// Inclusive ranges of sequence numbers, ascending and apart.
using SeqRanges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// Adds one that is greater than all in it.
void append(SeqRanges& ranges, std::uint64_t seq);
bool contains(const SeqRanges& ranges, std::uint64_t seq);
/// What of `ranges` is in no range of `removed`, whose order does not matter.
SeqRanges without(SeqRanges ranges, const SeqRanges& removed);

}  // namespace drover::agent
