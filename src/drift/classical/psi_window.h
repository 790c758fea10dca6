#pragma once

#include <array>

#include "drift/classical/bin_window.h"
#include "drift/two_sample/bins.h"

namespace drover::drift {

/// Windowed PSI: the population stability index of each window of `window` observations.
///
/// The baseline's bins merge into at most ten near-deciles; alarm when the smoothed PSI of the window's
/// counts in them (two_sample/bins.h) reaches `threshold`. The bands 0.1 and 0.2 are conventions, no error
/// rates: on unchanged streams E[PSI] ≈ (B − 1)(1/n + 1/m) and nm/(n + m)·PSI ≈ χ²(B − 1), so that at n = 100
/// two windows in five exceed 0.1. The standard window is 50·B; a smaller one is allowed and errs more. Ties
/// with an edge are broken at random from `seed`.
///
/// Sources: Siddiqi, Credit Risk Scorecards (2006); Yurdakul, Statistical properties of population stability
/// index (2018).
class PsiWindow {
 public:
  static constexpr std::string_view kLetters = "PSIW";
  PsiWindow(const Distribution& distribution, double threshold);
  std::optional<Finding> operator()(const std::array<std::uint32_t, kBins>& counts) const;

 private:
  std::array<std::uint8_t, kBins> group_{};          // the near-decile of each bin
  std::array<std::uint64_t, kDeciles> reference_{};  // the baseline's values in each
  std::size_t groups_ = 0;                           // fewer than ten where the baseline's ties leave no more
  double threshold_;
};

}  // namespace drover::drift
