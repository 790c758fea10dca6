#include "agent/backoff.h"

#include <algorithm>

namespace drover::agent {
namespace {

constexpr std::uint64_t kSpread = 4;  // up to a quarter longer than asked for

}  // namespace

std::chrono::milliseconds Backoff::next(std::chrono::milliseconds at_least) {
  const int doublings = std::min(tries_++, 20);
  const auto whole = std::min(longest_, first_ * (std::int64_t{1} << doublings));
  const auto half = whole / 2;
  const auto own = half + std::chrono::milliseconds(random_(static_cast<std::uint64_t>(half.count()) + 1));
  if (own >= at_least) return own;
  return at_least +
         std::chrono::milliseconds(random_(static_cast<std::uint64_t>(at_least.count()) / kSpread + 1));
}

std::chrono::milliseconds jittered(std::chrono::milliseconds period, double jitter,
                                   const RandomBelow& random) {
  const auto reach = static_cast<std::int64_t>(static_cast<double>(period.count()) * jitter);
  const auto drawn = static_cast<std::int64_t>(random(static_cast<std::uint64_t>(2 * reach) + 1));
  return period + std::chrono::milliseconds(drawn - reach);
}

}  // namespace drover::agent
