#pragma once

#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "drift/lives.h"
#include "drift/start_weights.h"

namespace drover::drift {

/// What must hold of any urn's state before it is taken in place of `mine`, whoever wrote it.
Result<void> check_lives(const auto& state, const auto& mine) {
  const auto amount = [](double value) { return std::isfinite(value) && value >= 0; };
  if (state.alpha != mine.alpha || state.split != mine.split)
    return fail(Code::bad_state, "the state was made with other settings");
  if (state.life == 0 || state.age > state.seen ||
      state.weight != start_weight(state.age - state.age % kBlock))
    return fail(Code::bad_state, "the state's age and life do not hold");
  if (!std::ranges::all_of(state.sum, amount) || !std::ranges::all_of(state.cusum, amount) ||
      !amount(state.statistic) || !(state.statistic <= state.statistic_max))
    return fail(Code::bad_state, "the state's sums are not finite amounts");
  return {};
}

}  // namespace drover::drift
