#include "drift/tolerant_urn.h"

#include <algorithm>
#include <cmath>

#include "drift/lanes.h"
#include "drift/lives.h"
#include "drift/urn_check.h"

namespace drover::drift {
namespace {

constexpr double kShareOfStream = 0.9;  // of α; the tables' bounds take the rest

}  // namespace

Result<TolerantUrn> TolerantUrn::make(std::shared_ptr<const TolerantTables> tables, Settings settings) {
  if (!(settings.alpha > 0 && settings.alpha < 1))
    return fail(Code::invalid_argument, "alpha must lie between 0 and 1");
  TolerantUrn urn;
  urn.tables_ = std::move(tables);
  for (std::size_t k = 0; k < kTilts; ++k) urn.weights_[k] = urn.tables_->laws[k].weight;
  urn.state_.alpha = settings.alpha;
  urn.state_.split = settings.split;
  urn.begin_life();
  return urn;
}

void TolerantUrn::begin_life() {
  State& state = state_;
  ++state.life;
  state.age = 0;
  state.threshold = 1 / (kShareOfStream * state.alpha * share_of_life(state.life, state.split));
  for (std::size_t k = 0; k < kTilts; ++k) state.sum[k] = kMassAtStart * weights_[k];
  state.cusum.fill(1);
  state.cusum_min.fill(2);
  state.onset.fill(state.seen);
  state.weight = start_weight(0);
  state.statistic = state.statistic_max = kMassAtStart;
}

bool TolerantUrn::update(std::size_t bin) {
  State& state = state_;
  const double* row = tables_->ratio[bin].data();
  Lanes total = {};
  for (std::size_t k = 0; k < kTilts; k += kLanes) {
    const Lanes ratio = load(row + k);
    const Lanes sum = (load(&state.sum[k]) + state.weight * load(&weights_[k])) * ratio;
    store(&state.sum[k], sum);
    total += sum;
    const Lanes cusum = load(&state.cusum[k]);
    keep_smaller(&state.cusum_min[k], cusum);
    store(&state.cusum[k], at_least_one(cusum) * ratio);
  }
  state.statistic = across(total);
  state.statistic_max = std::max(state.statistic_max, state.statistic);
  ++state.seen;
  if (++state.age % kBlock == 0) {
    for (std::size_t k = 0; k < kTilts; ++k) {
      if (state.cusum_min[k] <= 1) state.onset[k] = state.seen - kBlock / 2;
      state.cusum_min[k] = 2;
    }
    state.weight = start_weight(state.age);
  }
  return state.statistic >= state.threshold;
}

void TolerantUrn::restart() { begin_life(); }

Result<void> TolerantUrn::restore(const State& state) {
  if (auto sane = check_lives(state, state_); !sane) return sane;
  state_ = state;
  return {};
}

double TolerantUrn::p_value() const { return std::min(1.0, 1 / (kShareOfStream * state_.statistic_max)); }

Leaning TolerantUrn::leaning() const {
  const auto largest = static_cast<std::size_t>(std::ranges::max_element(state_.sum) - state_.sum.begin());
  return {tilts().laws[largest], state_.onset[largest]};
}

}  // namespace drover::drift
