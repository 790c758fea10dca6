#pragma once

#include <cstring>

/// Two lanes (what SSE2 and NEON have) by the compiler's vector types: every machine adds in the same order,
/// whatever registers it has. The room is compiled with -ffp-contract=off, so that none fuses a
/// multiplication with an addition either.
namespace drover::drift {

inline constexpr std::size_t kLanes = 2;
using Lanes = double __attribute__((vector_size(16)));
using NarrowLanes = float __attribute__((vector_size(8)));

inline Lanes load(const double* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
inline NarrowLanes load(const float* from) {
  NarrowLanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
inline void store(double* to, Lanes lanes) { std::memcpy(to, &lanes, sizeof lanes); }
inline void store(float* to, NarrowLanes lanes) { std::memcpy(to, &lanes, sizeof lanes); }

inline Lanes at_least_one(Lanes value) {
  const Lanes one = {1, 1};
  return value > one ? value : one;
}
inline double across(Lanes lanes) { return lanes[0] + lanes[1]; }

/// C_min ← min(C_min, C): floats are enough, it is only ever compared with 1.
inline void keep_smaller(float* kept, Lanes value) {
  const NarrowLanes narrow = __builtin_convertvector(value, NarrowLanes), before = load(kept);
  store(kept, narrow < before ? narrow : before);
}

}  // namespace drover::drift
