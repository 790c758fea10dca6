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
enum class Family : std::uint8_t {
  location,
  scale,
  two_bumps,
  peaked,
  skew,
  location_scale,
  part,
  // Of a baseline of few values (few_tilts.h): how often the k-th lowest occurs, and values never seen
  // before.
  share_1,
  share_2,
  share_3,
  share_4,
  unseen
};
std::string_view name_of(Family family);

/// An alternative law of the baseline's normal scores z (a feature whose baseline is any continuous F has z =
/// Φ⁻¹(F(x)) standard normal while nothing changes). `size` is the law's parameter: the shift δ in standard
/// deviations, the factor s of the scale, μ of the two bumps; `sign` is +1 (up, wider), −1 (down, narrower)
/// or 0 (neither). Of few values `size` is a factor: by which a value's odds grew (+1) or fell (−1), or those
/// of each value against the one below (location), or of unseen values above (+1), below (−1) or between (0).
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
