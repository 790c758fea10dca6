#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drift/levels.h"

namespace drover::drift {

inline constexpr std::size_t kTilts = 32;
inline constexpr std::size_t kAdaptiveParts = 2;
inline constexpr double kTiltMin = 0.02, kTiltMax = 64;

/// What an alternative changes of a feature's distribution.
enum class Family : std::uint8_t { location, scale, two_bumps, peaked, skew, location_scale, part };
std::string_view name_of(Family family);

/// An alternative law of the baseline's normal scores z (a feature whose baseline is any continuous F has z =
/// Φ⁻¹(F(x)) standard normal while nothing changes). `size` is the law's parameter: the shift δ in standard
/// deviations, the factor s of the scale, μ of the two bumps; `sign` is +1 (up, wider), −1 (down, narrower)
/// or 0 (neither).
struct Tilt {
  Family family;
  int sign;
  double size;
};

/// The detector's alternatives, and how much likelier each makes each bin: h[j][k] = mass of law k in bin j
/// over the bin's mass u_{j+1} − u_j, clipped to [0.02, 64] and rounded to a multiple of 2⁻¹², so that sums
/// of them are exact.
struct Tilts {
  std::array<Tilt, kTilts> laws;
  alignas(32) std::array<double, kTilts> weights;  // prior π; with the adaptive parts' they sum to 1
  double adaptive_weight;                          // π of each adaptive part
  alignas(64) std::array<std::array<float, kTilts>, kBins> h;
};

/// One table for all features, made at the first call; the same bits on every machine (a test pins its
/// digest).
const Tilts& tilts();

}  // namespace drover::drift
