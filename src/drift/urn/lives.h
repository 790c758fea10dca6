#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/result.h"
#include "drift/urn/start_weights.h"
#include "drift/urn/tilts.h"

/// What the urn detector's two modes do alike with their states (Urn::State, TolerantUrn::State).
namespace drover::drift {

/// What the detector would name if it alarmed now: the alternative with the largest sum.
struct Leaning {
  Tilt tilt;
  std::uint64_t onset;  // observations before the change seems to have begun, to the middle of a block of 32
};

inline Result<void> check_alpha(double alpha) {
  if (!(alpha > 0 && alpha < 1)) return fail(Code::invalid_argument, "alpha must lie between 0 and 1");
  return {};
}

/// The k-th life's share of α when restarts are expected: 6/(π²k²), k = 1, 2, … (they sum to 1); else all of
/// it.
inline double share_of_life(std::uint32_t life, bool split) {
  if (!split) return 1;
  const double k = life;
  return 6 / (std::numbers::pi * std::numbers::pi * k * k);
}

template <typename State>
using OnsetOf = std::remove_cvref_t<State>::OnsetIndex;

/// Begins the next life: sums at the start mass, nothing known of an onset. `share` of α is the stream's.
void begin_life(auto& state, const std::array<double, kTilts>& weights, double share) {
  ++state.life;
  state.age = 0;
  state.threshold = 1 / (share * state.alpha * share_of_life(state.life, state.split));
  for (std::size_t k = 0; k < kTilts; ++k) state.sum[k] = kMassAtStart * weights[k];
  state.cusum.fill(1);
  state.cusum_min.fill(2);
  state.onset.fill(static_cast<OnsetOf<decltype(state)>>(state.seen));
  state.weight = start_weight(0);
  state.statistic = state.statistic_max = kMassAtStart;
}

/// A sum stops here: an alarm that nobody answers must not grow to infinity, which no checkpoint takes.
/// Within a block it grows by 64³² at most. (Less evidence errs towards safety.)
inline constexpr double kSumMax = 1e100;

/// At a block's end: C_min ≤ 1 moves an alternative's onset to the block's middle; the next start weight.
void end_block(auto& state) {
  const auto middle = static_cast<OnsetOf<decltype(state)>>(state.seen - kBlock / 2);
  for (std::size_t k = 0; k < kTilts; ++k)  // without a branch: which laws begin anew is chance
    state.onset[k] = state.cusum_min[k] <= 1 ? middle : state.onset[k];
  state.cusum_min.fill(2);
  for (double& sum : state.sum) sum = std::min(sum, kSumMax);
  state.weight = start_weight(state.age);
}

Leaning leaning_of(const auto& state, const Tilts& table) {
  const auto largest = static_cast<std::size_t>(std::ranges::max_element(state.sum) - state.sum.begin());
  return {table.laws[largest], state.onset[largest]};
}

inline bool is_amount(double value) { return std::isfinite(value) && value >= 0; }

/// What must hold of a state before it is taken in place of `mine`, whoever wrote it.
Result<void> check_life(const auto& state, const auto& mine) {
  if (state.alpha != mine.alpha || state.split != mine.split)
    return fail(Code::bad_state, "the state was made with other settings");
  if (state.life == 0 || state.age > state.seen ||
      state.weight != start_weight(state.age - state.age % kBlock))
    return fail(Code::bad_state, "the state's age and life do not hold");
  if (!std::ranges::all_of(state.sum, is_amount) || !std::ranges::all_of(state.cusum, is_amount) ||
      !is_amount(state.statistic) || !(state.statistic <= state.statistic_max))
    return fail(Code::bad_state, "the state's sums are not finite amounts");
  return {};
}

}  // namespace drover::drift
