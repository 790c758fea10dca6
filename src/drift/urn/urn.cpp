#include "drift/urn/urn.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/urn/advance.h"
#include "drift/urn/few_tilts.h"

namespace drover::drift {
namespace {

constexpr std::array<double, kAdaptiveParts> kForget = {0.8, 0.97};  // ρ
constexpr std::array<double, kAdaptiveParts> kPrior = {16, 24};      // κ

/// A bet is kept as a float; by this factor it is rounded down, so that the bets never sum to more than 1.
constexpr double kRoundDown = 1 - 0x1p-23;

/// As kSumMax; a block may multiply an adaptive sum by n³²/32!.
constexpr double kAdaptiveSumMax = 1e30;

/// Beyond this many observations the 32-bit slots could overflow: the detector stands still (136 years at 1
/// Hz).
constexpr std::uint64_t kSeenMax = std::uint64_t{0xffffffff} - (std::uint64_t{1} << 25);

std::array<std::uint32_t, kCoarseBins> coarse(const Slots& slots) {
  std::array<std::uint32_t, kCoarseBins> sums{};
  for (std::size_t j = 0; j < kBins; ++j) sums[j >> 2] += slots[j];
  return sums;
}

/// In four parts side by side, which need not wait for one another.
double sum_of(const std::array<float, kCoarseBins>& values) {
  std::array<double, 4> parts{};
  for (std::size_t j = 0; j < kCoarseBins; ++j) parts[j % 4] += double{values[j]};
  return (parts[0] + parts[1]) + (parts[2] + parts[3]);
}

Result<void> check_slots(const Slots& slots) {
  const auto sum = std::accumulate(slots.begin(), slots.end(), std::uint64_t{0});
  if (sum < 2 || sum > 0xffffffffULL) return fail(Code::invalid_argument, "slots must sum to 2…2³²−1");
  return {};
}

/// A bet or a sum that is no finite amount would make M a NaN, which never alarms.
Result<void> check_bets(const Urn::State& state) {
  bool holds =
      std::ranges::all_of(state.reciprocal, is_amount) && std::ranges::all_of(state.adaptive_sum, is_amount);
  for (std::size_t i = 0; i < kAdaptiveParts; ++i)
    holds = holds && std::ranges::all_of(state.evidence[i], is_amount) &&
            std::ranges::all_of(state.bet[i], is_amount);
  if (!holds) return fail(Code::bad_state, "the adaptive parts are not finite amounts");
  if (std::accumulate(state.block_counts.begin(), state.block_counts.end(), std::uint64_t{0}) !=
      state.age % kBlock)
    return fail(Code::bad_state, "the block's counts are not its observations");
  return {};
}

}  // namespace

std::array<double, kTilts> urn_sums(const Slots& slots, const Tilts& table) {
  std::array<double, kTilts> sums{};
  for (std::size_t j = 0; j < kBins; ++j)
    for (std::size_t k = 0; k < kTilts; ++k) sums[k] += static_cast<double>(slots[j]) * double{table.h[j][k]};
  return sums;
}

Result<Urn> Urn::make(const Slots& slots, Settings settings) {
  DROVER_TRY(check_slots(slots));
  DROVER_TRY(check_alpha(settings.alpha));
  if (settings.first_life == 0) return fail(Code::invalid_argument, "lives are counted from 1");
  Urn urn;
  urn.tilts_ = &tilts_of(slots);
  State& state = urn.state_;
  state.slots = slots;
  state.coarse_slots = coarse(slots);
  state.baseline_slots = std::accumulate(slots.begin(), slots.end(), std::uint64_t{0});
  state.urn_sum = urn_sums(slots, *urn.tilts_);
  state.alpha = settings.alpha;
  state.split = settings.split;
  state.life = settings.first_life - 1;
  urn.restart();
  return urn;
}

void Urn::restart() {
  begin_life(state_, tilts_->weights, 1);
  state_.adaptive_sum.fill(kMassAtStart * tilts_->adaptive_weight);
  place_bets();
}

bool Urn::update(std::size_t bin) {
  State& state = state_;
  if (state.seen >= kSeenMax) return false;
  const double n = static_cast<double>(state.baseline_slots + state.seen);
  const Tilts& table = *tilts_;
  double statistic = advance(state, table, bin, n);
  const std::size_t wide = bin >> 2;
  const double coarse_ratio = n / static_cast<double>(state.coarse_slots[wide]);
  for (std::size_t i = 0; i < kAdaptiveParts; ++i) {
    state.adaptive_sum[i] = (state.adaptive_sum[i] + state.weight * table.adaptive_weight) *
                            (double{state.bet[i][wide]} * coarse_ratio);
    statistic += state.adaptive_sum[i];
  }
  ++state.slots[bin];
  ++state.coarse_slots[wide];
  ++state.block_counts[wide];
  ++state.seen;
  state.statistic = statistic;
  state.statistic_max = std::max(state.statistic_max, statistic);
  if (++state.age % kBlock == 0) {
    end_block(state);
    for (double& sum : state.adaptive_sum) sum = std::min(sum, kAdaptiveSumMax);
    place_bets();
  }
  return statistic >= state.threshold;
}

/// What holds for the next block: the reciprocals exactly, and the adaptive parts' bets
/// e ← ρ·e + cb, q = (e + κ·cc/n) / (Σe + κ).
void Urn::place_bets() {
  State& state = state_;
  for (std::size_t k = 0; k < kTilts; ++k) state.reciprocal[k] = 1 / state.urn_sum[k];
  const double n = static_cast<double>(state.baseline_slots + state.seen);
  for (std::size_t i = 0; i < kAdaptiveParts; ++i) {
    for (std::size_t j = 0; j < kCoarseBins; ++j)
      state.evidence[i][j] =
          static_cast<float>(kForget[i] * double{state.evidence[i][j]} + state.block_counts[j]);
    const double sum = sum_of(state.evidence[i]);
    const double share = kRoundDown / (sum + kPrior[i]), prior = kPrior[i] / n;
    for (std::size_t j = 0; j < kCoarseBins; ++j)
      state.bet[i][j] =
          static_cast<float>(share * (double{state.evidence[i][j]} + prior * state.coarse_slots[j]));
  }
  state.block_counts.fill(0);
}

Result<void> Urn::restore(const State& state) {
  const auto sum = std::accumulate(state.slots.begin(), state.slots.end(), std::uint64_t{0});
  if (state.baseline_slots != state_.baseline_slots || sum != state.baseline_slots + state.seen)
    return fail(Code::bad_state, "the slots do not add up to the baseline's and the observations");
  if (state.urn_sum != urn_sums(state.slots, *tilts_))
    return fail(Code::bad_state, "the sums are not those of the slots");
  DROVER_TRY(check_life(state, state_));
  DROVER_TRY(check_bets(state));
  state_ = state;
  state_.coarse_slots = coarse(state.slots);
  return {};
}

double Urn::p_value() const { return std::min(1.0, 1 / state_.statistic_max); }

Leaning Urn::leaning() const { return leaning_of(state_, *tilts_); }

}  // namespace drover::drift
