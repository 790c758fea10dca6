#include "drift/fleet/replay.h"

#include <numeric>

namespace drover::drift {
namespace {

/// Uniform below `bound`, without bias: numbers beyond the last whole multiple are drawn again.
std::uint64_t below(std::uint64_t bound, SplitMix& random) {
  const std::uint64_t unfair = (0 - bound) % bound;  // 2^64 mod bound
  std::uint64_t drawn = random.next();
  while (drawn < unfair) drawn = random.next();
  return drawn % bound;
}

}  // namespace

Replay::Replay(const std::array<std::uint64_t, kBins>& bins, std::uint64_t seed)
    : bins_(bins), left_(std::accumulate(bins.begin(), bins.end(), std::uint64_t{0})), random_(seed) {}

std::optional<std::size_t> Replay::next() {
  if (left_ == 0) return std::nullopt;
  std::uint64_t which = below(left_, random_);
  std::size_t bin = 0;
  while (which >= bins_[bin]) which -= bins_[bin++];
  --bins_[bin];
  --left_;
  return bin;
}

}  // namespace drover::drift
