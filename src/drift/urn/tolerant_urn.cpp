#include "drift/urn/tolerant_urn.h"

#include <algorithm>

#include "drift/urn/advance.h"

namespace drover::drift {
namespace {

constexpr double kShareOfStream = 0.9;  // of α; the tables' bounds take the rest

}  // namespace

Result<TolerantUrn> TolerantUrn::make(std::shared_ptr<const TolerantTables> tables, Settings settings) {
  DROVER_TRY(check_alpha(settings.alpha));
  if (settings.first_life == 0) return fail(Code::invalid_argument, "lives are counted from 1");
  TolerantUrn urn;
  urn.tables_ = std::move(tables);
  for (std::size_t k = 0; k < kTilts; ++k) urn.weights_[k] = urn.tables_->laws[k].weight;
  urn.state_.alpha = settings.alpha;
  urn.state_.split = settings.split;
  urn.state_.life = settings.first_life - 1;
  urn.restart();
  return urn;
}

void TolerantUrn::restart() { begin_life(state_, weights_, kShareOfStream); }

bool TolerantUrn::update(std::size_t bin) {
  State& state = state_;
  state.statistic = advance(state, tables_->ratio[bin].data(), weights_.data());
  state.statistic_max = std::max(state.statistic_max, state.statistic);
  ++state.seen;
  if (++state.age % kBlock == 0) end_block(state);
  return state.statistic >= state.threshold;
}

Result<void> TolerantUrn::restore(const State& state) {
  DROVER_TRY(check_life(state, state_));
  state_ = state;
  return {};
}

double TolerantUrn::p_value() const { return std::min(1.0, 1 / (kShareOfStream * state_.statistic_max)); }

Leaning TolerantUrn::leaning() const { return leaning_of(state_, *tables_->tilts); }

}  // namespace drover::drift
