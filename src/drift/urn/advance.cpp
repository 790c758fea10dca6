#include "drift/urn/advance.h"

#include "drift/urn/lanes.h"

namespace drover::drift {
namespace {

const bool kHasWideLanes = has_wide_lanes();

/// C ← max(C, 1)·L and C_min ← min(C_min, C): floats are enough, they only date the onset. Beyond 1e30 C
/// stands still, or it would become infinite in a long change and never end.
[[gnu::always_inline]] inline void date_onset(float* cusum_at, float* least_at, const Lanes& ratio) {
  constexpr NarrowLanes kOne = {1, 1, 1, 1}, kMost = {1e30F, 1e30F, 1e30F, 1e30F};
  const NarrowLanes before = lanes(cusum_at), least = lanes(least_at);
  lanes(least_at) = before < least ? before : least;
  const NarrowLanes after = (before > kOne ? before : kOne) * __builtin_convertvector(ratio, NarrowLanes);
  lanes(cusum_at) = after < kMost ? after : kMost;
}

[[gnu::always_inline]] inline double across(const Lanes& total) {
  return (total[0] + total[1]) + (total[2] + total[3]);
}

[[gnu::always_inline]] inline double exact(Urn::State& state, const float* h_row, const double* weights,
                                           double n) {
  const double weight = state.weight;
  Lanes total = {};
  for (std::size_t k = 0; k < kTilts; k += kLanes) {
    const Lanes h = __builtin_convertvector(lanes(h_row + k), Lanes);
    const Lanes reciprocal = lanes(&state.reciprocal[k]);
    const Lanes ratio = h * n * reciprocal;
    const Lanes sum = (lanes(&state.sum[k]) + weight * lanes(weights + k)) * ratio;
    lanes(&state.sum[k]) = sum;
    total += sum;
    date_onset(&state.cusum[k], &state.cusum_min[k], ratio);
    const Lanes urn_sum = lanes(&state.urn_sum[k]) + h;
    lanes(&state.urn_sum[k]) = urn_sum;
    lanes(&state.reciprocal[k]) = reciprocal * (2 - urn_sum * reciprocal);
  }
  return across(total);
}

[[gnu::always_inline]] inline double tolerant(TolerantUrn::State& state, const double* ratio_row,
                                              const double* weights) {
  const double weight = state.weight;
  Lanes total = {};
  for (std::size_t k = 0; k < kTilts; k += kLanes) {
    const Lanes ratio = lanes(ratio_row + k);
    const Lanes sum = (lanes(&state.sum[k]) + weight * lanes(weights + k)) * ratio;
    lanes(&state.sum[k]) = sum;
    total += sum;
    date_onset(&state.cusum[k], &state.cusum_min[k], ratio);
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
