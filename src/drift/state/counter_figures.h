#pragma once

#include <span>

#include "drift/state/counters.h"

namespace drover::drift {

/// The Kolmogorov–Smirnov distance between the baseline's values and the counted ones, as far as counts at
/// the edges tell it.
///
/// With F_j = r_j/m and G_j the shares at or below edge j, D_grid = max_j |F_j − G_j| is a lower bound of D =
/// sup_x |F(x) − G(x)|. Between edges j and j+1 both functions only grow, so F − G ≤ F_{j+1} − G_j and G − F
/// ≤ G_{j+1} − F_j there: `upper` is the largest of these, and never more than D_grid + the baseline's
/// largest bin mass (0.023 + 1/m). Both bounds are deterministic: they hold always, not with a confidence. D
/// is that of (value, tie) pairs; where no value equals an edge it is that of the values.
struct GridKs {
  double lower = 0;  // D_grid
  double upper = 0;
};
/// Errors: invalid_argument when nothing was counted, conflict for another baseline's counts.
Result<GridKs> grid_ks(const Distribution& reference, const Counters& current);

/// Population stability index Σ (q − p)·ln(q/p) of two rows of counts, and what it is worth.
///
/// `smoothed` is with (c + ½)/(n + B/2) in place of c/n on both sides, so that an empty bin is finite.
/// Unchanged streams have a positive mean: `corrected` = smoothed − (B − 1)(1/n + 1/m) takes it away, and
/// nm/(n + m)·PSI is asymptotically χ² with B − 1 degrees of freedom, whence `p` (approximate; fair from 5
/// expected a bin). `enough` is n ≥ 50·B: below it the usual bands .1 and .2 are exceeded by chance (40 % of
/// unchanged windows of 100 exceed .1 with B = 10).
struct CountsPsi {
  double smoothed = 0, corrected = 0, p = 1;
  std::size_t bins = 0;
  bool enough = false;
};
/// Errors: invalid_argument for an empty side, unequal lengths or less than two bins.
Result<CountsPsi> psi_of_counts(std::span<const std::uint64_t> reference,
                                std::span<const std::uint64_t> current);

/// PSI of the 64 bins put together into ten near-deciles of the baseline: each inner border is the edge whose
/// level is nearest to 10 %, 20 %, …, 90 %. Fewer bins where a baseline's values are so few that borders
/// coincide. Errors: as above, and conflict for another baseline's counts.
Result<CountsPsi> decile_psi(const Distribution& reference, const Counters& current);

/// χ² test that two rows of class counts come from one mix: Σ (√(N/M)·a − √(M/N)·b)²/(a + b), classes seen on
/// neither side left out, dof = classes seen − 1. A class seen on one side only is a finite term. `p` is
/// asymptotic (Pearson 1900); 1 when there is one class alone.
struct ChiSquared {
  double statistic = 0, p = 1;
  std::size_t dof = 0;
};
/// Errors: invalid_argument for an empty side or unequal lengths.
Result<ChiSquared> chi_squared_of_counts(std::span<const std::uint64_t> reference,
                                         std::span<const std::uint64_t> current);

}  // namespace drover::drift
