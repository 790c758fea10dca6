#pragma once

#include <array>

#include "drift/classical/grid_distance.h"

namespace drover::drift {

/// Sequential Kolmogorov–Smirnov: the distance of all observations since the start from the baseline, against
/// a bound that holds for all times at once. The nearest known rival of the urn, to be held against it.
///
/// While the stream is i.i.d. from F, P(some t ≥ t_min: sup |F̂_t − F| ≥ r_t) ≤ α′ with
/// r_t = .85·√((ln(1 + ln(t/t_min)) + C)/t), C = 8.12 / 9.28 / 10.94 at α′ = .05 / .01 / .001 and linear in
/// ln α′ between (Howard and Ramdas, Bernoulli 28 (2022), arXiv 1906.09712). The baseline's own error is at
/// most ε_ref = √(ln(2/α″)/2m) with probability 1 − α″ (Dvoretzky, Kiefer, Wolfowitz; Massart 1990). With α′
/// = .9α and α″ = .1α an alarm at D_t ≥ r_t + ε_ref is false with probability at most α, **over the whole
/// life of the detector**. D_t is taken at the baseline's edges, every eighth observation, so it is never
/// above the true distance.
///
/// What it costs: all observations since the start count alike, so a change after T is diluted by them, and
/// ε_ref does not shrink: the urn is many times faster (bench/drift). Ties with an edge are broken at random
/// from `seed`.
class KsSequential {
 public:
  static constexpr std::string_view kLetters = "KSSQ";
  static constexpr std::uint64_t kEvery = 8;
  static bool takes(double) { return true; }  // every value has a bin

  KsSequential(const Distribution& distribution, double alpha, std::uint64_t from, std::uint64_t seed);

  double observe(double value) { return observed_bin(*distribution_, value, random_); }
  std::optional<Finding> update(double bin);
  void reset() { n_ = 0, counts_.fill(0); }

  void each_field(this auto& self, auto visit) { visit(self.random_), visit(self.n_), visit(self.counts_); }
  [[nodiscard]] bool holds() const;

 private:
  [[nodiscard]] double bound() const;

  const Distribution* distribution_;
  GridDistance distance_;
  double c_, reference_error_;
  std::uint64_t from_, random_, n_ = 0;
  std::array<std::uint64_t, kBins> counts_{};
};

}  // namespace drover::drift
