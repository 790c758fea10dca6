#pragma once

#include <cstdint>

namespace drover::defect {

/// SplitMix64 (Steele, Lea, Flood 2014): small, integer, the same everywhere. Not for keys.
class Noise {
 public:
  /// Stream `index` of `seed`: streams of neighbouring numbers have nothing in common.
  Noise(std::uint64_t seed, std::uint64_t index) : state_(mix(seed + kStep) ^ mix(~index)) {}

  std::uint64_t bits() { return mix(state_ += kStep); }
  /// Uniform in [low, high].
  int between(int low, int high) {
    const auto span = static_cast<std::uint64_t>(static_cast<std::int64_t>(high) - low + 1);
    return low + static_cast<int>((bits() >> 32) * span >> 32);
  }
  bool chance(int percent) { return between(0, 99) < percent; }
  /// Near normal with mean 0 and this standard deviation: the sum of four uniform numbers.
  int normal(int deviation) {
    const std::uint64_t word = bits();
    const auto sum = static_cast<std::int64_t>((word & 0xffff) + (word >> 16 & 0xffff) +
                                               (word >> 32 & 0xffff) + (word >> 48));
    return static_cast<int>((sum - 131070) * deviation / 37837);  // 37837 = 65536 · sqrt(4/12)
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15u;
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  std::uint64_t state_;
};

}  // namespace drover::defect
