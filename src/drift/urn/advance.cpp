#include "drift/urn/advance.h"

#include "drift/lanes.h"

namespace drover::drift {
namespace {

/// C ← max(C, 1)·L and C_min ← min(C_min, C) of eight laws: floats are enough, they only date the onset.
/// Beyond 1e30 C stands still, or it would become infinite in a long change and never end.
[[gnu::always_inline]] inline void date_onset(float* cusum_at, float* least_at, const Lanes& lower,
                                              const Lanes& upper) {
  constexpr FloatLanes kOne = {1, 1, 1, 1, 1, 1, 1, 1};
  constexpr FloatLanes kMost = 1e30F * kOne;
  const FloatLanes before = float_lanes(cusum_at), least = float_lanes(least_at);
  float_lanes(least_at) = before < least ? before : least;
  const FloatLanes ratio =
      __builtin_shufflevector(__builtin_convertvector(lower, NarrowLanes),
                              __builtin_convertvector(upper, NarrowLanes), 0, 1, 2, 3, 4, 5, 6, 7);
  const FloatLanes after = (before > kOne ? before : kOne) * ratio;
  float_lanes(cusum_at) = after < kMost ? after : kMost;
}

[[gnu::always_inline]] inline double across(const Lanes& total) {
  return (total[0] + total[1]) + (total[2] + total[3]);
}

/// Of the four laws from k on: L, S ← (S + w·π)·L, which is added to the total, and A with its reciprocal.
[[gnu::always_inline]] inline void bet_exactly(Urn::State& state, std::size_t k, const float* h_row,
                                               const double* weights, double n, Lanes& ratio, Lanes& total) {
  const Lanes h = __builtin_convertvector(lanes(h_row + k), Lanes);
  const Lanes reciprocal = lanes(&state.reciprocal[k]);
  ratio = h * n * reciprocal;
  const Lanes sum = (lanes(&state.sum[k]) + state.weight * lanes(weights + k)) * ratio;
  lanes(&state.sum[k]) = sum;
  total += sum;
  const Lanes urn_sum = lanes(&state.urn_sum[k]) + h;
  lanes(&state.urn_sum[k]) = urn_sum;
  lanes(&state.reciprocal[k]) = reciprocal * (2 - urn_sum * reciprocal);
}

[[gnu::always_inline]] inline double exact(Urn::State& state, const float* h_row, const double* weights,
                                           double n) {
  Lanes total = {}, lower, upper;
  for (std::size_t k = 0; k < kTilts; k += 2 * kLanes) {
    bet_exactly(state, k, h_row, weights, n, lower, total);
    bet_exactly(state, k + kLanes, h_row, weights, n, upper, total);
    date_onset(&state.cusum[k], &state.cusum_min[k], lower, upper);
  }
  return across(total);
}

/// Likewise with the L that was tabled.
[[gnu::always_inline]] inline void bet_tolerantly(TolerantUrn::State& state, std::size_t k,
                                                  const Lanes& ratio, const double* weights, Lanes& total) {
  const Lanes sum = (lanes(&state.sum[k]) + state.weight * lanes(weights + k)) * ratio;
  lanes(&state.sum[k]) = sum;
  total += sum;
}

[[gnu::always_inline]] inline double tolerant(TolerantUrn::State& state, const double* ratio_row,
                                              const double* weights) {
  Lanes total = {};
  for (std::size_t k = 0; k < kTilts; k += 2 * kLanes) {
    const Lanes &lower = lanes(ratio_row + k), &upper = lanes(ratio_row + k + kLanes);
    bet_tolerantly(state, k, lower, weights, total);
    bet_tolerantly(state, k + kLanes, upper, weights, total);
    date_onset(&state.cusum[k], &state.cusum_min[k], lower, upper);
  }
  return across(total);
}

#if DROVER_HAS_WIDE_LANES
[[gnu::target("avx2")]] double exact_wide(Urn::State& state, const float* h, const double* weights,
                                          double n) {
  return exact(state, h, weights, n);
}
[[gnu::target("avx2")]] double tolerant_wide(TolerantUrn::State& state, const double* ratio,
                                             const double* weights) {
  return tolerant(state, ratio, weights);
}
#endif

}  // namespace

double advance(Urn::State& state, const Tilts& table, std::size_t bin, double n, Width width) {
  const float* const h = table.h[bin].data();
  const double* const weights = table.weights.data();
#if DROVER_HAS_WIDE_LANES
  if (kHasWideLanes && width == Width::widest) return exact_wide(state, h, weights, n);
#endif
  return exact(state, h, weights, n);
}

double advance(TolerantUrn::State& state, const double* ratio, const double* weights, Width width) {
#if DROVER_HAS_WIDE_LANES
  if (kHasWideLanes && width == Width::widest) return tolerant_wide(state, ratio, weights);
#endif
  return tolerant(state, ratio, weights);
}

}  // namespace drover::drift
