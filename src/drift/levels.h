#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace drover::drift {

inline constexpr std::size_t kBins = 64;

/// Where the bins of a baseline lie: z_j solves f(z) = f(−3.5) + (f(3.5) − f(−3.5))·j/64 with
/// f(z) = ½Φ(z) + ½(z + 3.5)/7, and u_j = Φ(z_j). Denser in the tails than equal masses, so that changes of
/// scale are seen; the largest bin holds 0.0230. z[0] = −∞, z[64] = +∞, z[32] = 0, u[0] = 0, u[64] = 1.
struct Levels {
  std::array<double, kBins + 1> z;
  std::array<double, kBins + 1> u;
};

const Levels& levels();

/// The ranks r_j = min(m, round-half-up(u_j·(m + 1))) of a baseline's edges among its m values; r_0 = 0, r_64
/// = m + 1.
using EdgeRanks = std::array<std::uint64_t, kBins + 1>;
EdgeRanks ranks_at_levels(std::uint64_t m);

}  // namespace drover::drift
