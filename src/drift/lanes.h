#pragma once

#include <cstddef>
#include <cstdint>

/// Four lanes of doubles, or eight of floats, by the compiler's vector types: every machine adds in the same
/// order, whatever registers it has (one of AVX2, two of SSE2 or NEON). The room is compiled with
/// -ffp-contract=off, so that none fuses a multiplication with an addition either. Lanes are worked on in
/// place: passing them by value would tie the calling convention to the registers.
namespace drover::drift {

inline constexpr std::size_t kLanes = 4;
using Lanes = double __attribute__((vector_size(32), may_alias));
using NarrowLanes = float __attribute__((vector_size(16), may_alias));
using FloatLanes = float __attribute__((vector_size(32), may_alias));  // twice as many
using IntLanes = std::int32_t __attribute__((vector_size(32)));

/// The numbers from `at` on, which must be aligned as the vectors are.
inline Lanes& lanes(double* at) { return *reinterpret_cast<Lanes*>(at); }
inline const Lanes& lanes(const double* at) { return *reinterpret_cast<const Lanes*>(at); }
inline const NarrowLanes& lanes(const float* at) { return *reinterpret_cast<const NarrowLanes*>(at); }
inline FloatLanes& float_lanes(float* at) { return *reinterpret_cast<FloatLanes*>(at); }

/// Code for AVX2 beside the plain one, chosen when the program runs: the same operations in the same order,
/// so the same bits.
#if defined(__x86_64__)
#define DROVER_HAS_WIDE_LANES 1
inline const bool kHasWideLanes = __builtin_cpu_supports("avx2") != 0;
#else
#define DROVER_HAS_WIDE_LANES 0
inline const bool kHasWideLanes = false;
#endif

}  // namespace drover::drift
