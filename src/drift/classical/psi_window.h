#pragma once

#include <array>

#include "drift/classical/bin_window.h"

namespace drover::drift {

/// Windowed PSI: the population stability index of each window of `window` observations.
///
/// The baseline's bins merge into at most ten near-deciles (B groups); with shares smoothed as (c + ½)/(n +
/// B/2) on both sides, PSI = Σ (q − p)·ln(q/p); alarm when it reaches `threshold`. The bands 0.1 and 0.2 are
/// conventions, no error rates: on unchanged streams E[PSI] ≈ (B − 1)(1/n + 1/m) and nm/(n + m)·PSI ≈ χ²(B −
/// 1), so that at n = 100 two windows in five exceed 0.1. The standard window is 50·B; a smaller one is
/// allowed and errs more. Ties with an edge are broken at random from `seed`.
///
/// Sources: Siddiqi, Credit Risk Scorecards (2006); Yurdakul, Statistical properties of population stability
/// index (2018).
class PsiWindow {
 public:
  static constexpr std::string_view kLetters = "PSIW";
  static constexpr std::size_t kGroups = 10;
  PsiWindow(const Distribution& distribution, double threshold);
  std::optional<Finding> operator()(const std::array<std::uint32_t, kBins>& counts, std::uint64_t n) const;

 private:
  std::array<std::uint8_t, kBins> group_{};
  std::array<double, kGroups> share_{};  // of the baseline, smoothed
  std::size_t groups_ = 1;               // fewer than ten where the baseline's ties leave no more
  double threshold_;
};

}  // namespace drover::drift
