#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "drift/urn/lives.h"

namespace drover::drift {

inline constexpr std::size_t kCoarseBins = 16;
using Slots = std::array<std::uint32_t, kBins>;

/// The urn detector, exact mode: an alarm whose false-alarm probability holds for a device's whole life.
///
/// **Model.** m baseline values and then the stream x_1, x_2, … are exchangeable while nothing has changed;
/// their common law F is arbitrary. The bins' edges are order statistics of the baseline, so the m + 1 gaps
/// between its sorted values (with random tie-breaking) are equally likely to catch x_1, and after t
/// observations the m + 1 + t gaps between all values seen are equally likely to catch x_{t+1}. With slots_j
/// the number of gaps in bin j (it grows by one with each observation there), P(bin j | bins so far) =
/// slots_j / (m + 1 + t): a Pólya urn, known exactly, free of F and of any error in the baseline.
///
/// **Statistic.** For an alternative θ with likelihood ratios h_θ(j) ≥ 0.02, L = h_θ(J)·n / A_θ with n = m +
/// 1 + t and A_θ = Σ_j slots_j·h_θ(j) has E[L | past] = Σ_j (slots_j/n)·h_θ(j)·n/A_θ = 1. A sum S_θ ← (S_θ +
/// w_t·π_θ)·L, from 0.1·π_θ, is a Shiryaev–Roberts e-detector with start weights 0.1 + Σ w_t ≤ 1. Two
/// adaptive parts bet on 16 coarse bins with a predictable q: E[q(J)·n/cc_J | past] = Σ q = 1 likewise. M = Σ
/// S_θ + Σ so_i.
///
/// **Theorem.** Under exchangeability P(M ≥ 1/α at any time, ever) ≤ α. *Proof.* With R the start mass not
/// yet handed out, E[M_{t+1} + R_{t+1} | past] = M_t + w_t + R_{t+1} = M_t + R_t, so M + R is a nonnegative
/// martingale from 1; M ≤ M + R, and Ville's inequality bounds the probability that it ever reaches 1/α by α.
/// ∎ By observation T the bound is α(1 − R(T)). The reciprocal of A_θ is kept by one Newton step an
/// observation, which errs only below, so a martingale becomes a supermartingale: the bound stays.
///
/// **Assumptions.** The probability is over baseline and stream together, not for one given baseline.
/// Dependence between observations breaks it: thin first the stream. A lasting harmless change is found
/// too, in the end: for automatic action use the tolerant mode (tolerant_urn.h).
///
/// **Few values.** Over a baseline of four different values or fewer the alternatives are those of
/// few_tilts.h, by which nothing is lost to the random ties.
///
/// **Restart.** After an alarm that was "not drift", restart() keeps every count and begins the sums anew;
/// the k-th life has α_k = 6α/(π²k²), k = 1 included, so that P(any alarm in any life) ≤ Σ α_k = α.
///
/// Sources: ours; nearest are conformal test martingales (Vovk, Gammerman, Shafer 2005), e-detectors (Shin,
/// Ramdas, Rinaldo, arXiv 2203.03532). No allocation. The same bits on every machine.
class Urn {
 public:
  /// `slots` of the baseline (their sum is m + 1); `alpha` in (0, 1). With `split` the k-th life has α_k,
  /// without it every life has α (a single life, as in benchmarks). `first_life` is the k to begin with:
  /// after a new baseline ("new normal", of at least 1 000 fresh values) k goes on, so that all lives share
  /// one α.
  struct Settings {
    double alpha = 0.01;
    bool split = false;
    std::uint32_t first_life = 1;
  };
  static Result<Urn> make(const Slots& slots, Settings settings);

  /// One observation's bin (0…63, with slots). True when M has reached the threshold.
  bool update(std::size_t bin);

  /// Begins the next life at this place: counts stay, sums and start weights begin again.
  void restart();

  [[nodiscard]] double statistic() const { return state_.statistic; }  // M
  [[nodiscard]] double threshold() const { return state_.threshold; }  // 1/α or 1/α_k
  [[nodiscard]] double p_value() const;                                // 1/max M of this life, at most 1
  [[nodiscard]] std::uint64_t seen() const { return state_.seen; }     // observations
  [[nodiscard]] std::uint32_t life() const { return state_.life; }     // k
  [[nodiscard]] Leaning leaning() const;
  [[nodiscard]] const Slots& slots() const { return state_.slots; }
  [[nodiscard]] const Tilts& alternatives() const { return *tilts_; }

  /// The state as it stands, for checkpoints: trivially copyable, 2 048 bytes at most; its order in a file is
  /// urn_state.h's.
  struct State {
    alignas(32) std::array<double, kTilts> sum, urn_sum, reciprocal;  // S, A, 1/A
    alignas(32) std::array<float, kTilts> cusum, cusum_min;           // C, C_min
    using OnsetIndex = std::uint32_t;
    std::array<OnsetIndex, kTilts> onset;
    Slots slots;
    std::array<std::uint32_t, kCoarseBins> coarse_slots;                       // cc
    std::array<std::array<float, kCoarseBins>, kAdaptiveParts> evidence, bet;  // e, q
    std::array<std::uint8_t, kCoarseBins> block_counts;                        // cb
    std::array<double, kAdaptiveParts> adaptive_sum;                           // so
    std::uint64_t baseline_slots, seen, age;  // m + 1; observations in all, and in this life
    double alpha, threshold, weight, statistic, statistic_max;
    std::uint32_t life, split;
  };
  [[nodiscard]] const State& state() const { return state_; }
  /// Takes the state of a detector over the same baseline with the same settings; bad_state says what does
  /// not add up.
  Result<void> restore(const State& state);

 private:
  Urn() = default;
  void place_bets();

  const Tilts* tilts_ = nullptr;
  State state_{};
};
static_assert(sizeof(Urn::State) <= 2048);

/// A_θ of every law, summed anew from the slots: equal to what the detector keeps, bit for bit.
std::array<double, kTilts> urn_sums(const Slots& slots, const Tilts& table = tilts());

}  // namespace drover::drift
