#pragma once

#include <array>
#include <cstddef>

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

}  // namespace drover::drift
