#pragma once

#include <memory>

#include "drift/urn/tolerant_tables.h"

namespace drover::drift {

/// The urn detector, tolerant mode: silent for life about changes up to ε, the default for automatic action.
///
/// **Guarantee.** While every conditional law of the next observation stays within ε of the law F0 of the
/// baseline's values at every edge (Kolmogorov–Smirnov distance), wandering and dependent on the past as it
/// likes, P(any alarm, ever) ≤ α. *Proof.* With probability ≥ 1 − α/10 all factors of tolerant_tables.h have
/// conditional expectation ≤ 1 (a union over 32 bounds of α/320 each). Then the sums plus the unspent start
/// mass are a nonnegative supermartingale from 1, and by Ville P(M ≥ 1/(0.9α), ever) ≤ 0.9α. Together α. ∎
///
/// The reference stays the baseline for ever (nothing is learnt from the stream), so a change beyond ε is
/// found however slowly it came. Sources: ours, after Waudby-Smith and Ramdas (arXiv 2010.09686) and the
/// e-detectors of Shin, Ramdas, Rinaldo (arXiv 2203.03532). The same bits on every machine.
class TolerantUrn {
 public:
  using Settings = Urn::Settings;
  /// Tables are shared by the features of one baseline size; they must have been made for the same `alpha`.
  static Result<TolerantUrn> make(std::shared_ptr<const TolerantTables> tables, Settings settings);

  /// One observation's bin. True when M has reached the threshold.
  bool update(std::size_t bin);
  void restart();

  [[nodiscard]] double statistic() const { return state_.statistic; }  // M
  [[nodiscard]] double threshold() const { return state_.threshold; }  // 1/(0.9α) or 1/(0.9α_k)
  [[nodiscard]] double p_value() const;  // 1/(0.9·max M) of this life, at most 1
  [[nodiscard]] std::uint64_t seen() const { return state_.seen; }
  [[nodiscard]] std::uint32_t life() const { return state_.life; }
  [[nodiscard]] Leaning leaning() const;

  struct State {
    alignas(32) std::array<double, kTilts> sum;
    alignas(32) std::array<float, kTilts> cusum, cusum_min;
    using OnsetIndex = std::uint64_t;
    std::array<OnsetIndex, kTilts> onset;
    std::uint64_t seen, age;
    double alpha, threshold, weight, statistic, statistic_max;
    std::uint32_t life, split;
  };
  [[nodiscard]] const State& state() const { return state_; }
  Result<void> restore(const State& state);

 private:
  std::shared_ptr<const TolerantTables> tables_;
  alignas(32) std::array<double, kTilts> weights_{};
  State state_{};
};
static_assert(sizeof(TolerantUrn::State) <= 2048);

}  // namespace drover::drift
