#pragma once

#include <cstdint>
#include <numbers>

namespace drover::drift {

/// The k-th life's share of α when restarts are expected: 6/(π²k²), k = 1, 2, … (they sum to 1); else all of
/// it.
inline double share_of_life(std::uint32_t life, bool split) {
  if (!split) return 1;
  const double k = life;
  return 6 / (std::numbers::pi * std::numbers::pi * k * k);
}

}  // namespace drover::drift
