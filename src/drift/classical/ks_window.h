#pragma once

#include <array>

#include "drift/classical/bin_window.h"

namespace drover::drift {

/// Windowed KS: each window of `window` observations against the baseline, the test most dashboards run.
///
/// D_grid = max over the 63 edges of |share of the window below − share of the baseline below|: exact up to
/// the grid, D_grid ≤ D ≤ D_grid + the baseline's largest bin mass (0.0230), deterministically. Alarm when
/// (√e + 0.12 + 0.11/√e)·D_grid ≥ λ_α with e = nm/(n + m) and P(K ≥ λ_α) = α for Kolmogorov's law
/// (Stephens 1970: the correction is good to about 1 % of λ from e = 4 on). One window errs with probability
/// about α or less (the grid loses some); a stream of many windows errs in the end, most
/// within some thousand observations at the standard settings (bench/drift). Ties with an edge are broken at
/// random from `seed`.
///
/// Sources: Kolmogorov 1933; Smirnov 1948; Stephens, JRSS B 32 (1970).
class KsWindow {
 public:
  static constexpr std::string_view kLetters = "KSWD";
  KsWindow(const Distribution& distribution, double alpha, std::uint64_t window);
  std::optional<Finding> operator()(const std::array<std::uint32_t, kBins>& counts) const;

 private:
  GridDistance distance_;
  double size_, threshold_ = 0;
};

}  // namespace drover::drift
