#pragma once

#include <array>
#include <span>
#include <vector>

#include "drift/state/counters.h"
#include "drift/two_sample/bins.h"

namespace drover::drift {

/// The Kolmogorov–Smirnov distance between the baseline's values and the counted ones, as far as counts at
/// the edges tell it.
///
/// With F_j = r_j/m and G_j the shares at or below edge j, D_grid = max_j |F_j − G_j| is a lower bound of D =
/// sup_x |F(x) − G(x)|. Between edges j and j+1 both functions only grow, so F − G ≤ F_{j+1} − G_j and G − F
/// ≤ G_{j+1} − F_j there: `upper` is the largest of these, and never more than D_grid + the baseline's
/// largest bin mass (0.023 + 1/m). Both bounds are deterministic: they hold always, not with a confidence. D
/// is that of (value, tie) pairs; where no value equals an edge it is that of the values. Of a baseline of
/// few values (few_values.h) `upper` bounds the D of the values: between the ends of a value's cell lies no
/// other.
struct GridKs {
  double lower = 0;  // D_grid
  double upper = 0;
};
/// Errors: invalid_argument when nothing was counted, conflict for another baseline's counts.
Result<GridKs> grid_ks(const Distribution& reference, const Counters& current);

/// How many of the baseline's m values lie in each bin; the last slot is the gap above them all.
std::array<std::uint64_t, kBins> values_of(const Distribution& reference);
/// The first bin of each of ten near-deciles of the baseline: each inner border is the edge whose level is
/// nearest to 10 %, 20 %, …, 90 %. Fewer where a baseline's values are so few that borders coincide.
std::vector<std::size_t> decile_starts(const Distribution& reference);
/// Counts of bins as counts of the groups that begin at `starts`.
std::vector<std::uint64_t> put_together(std::span<const std::uint64_t> counts,
                                        std::span<const std::size_t> starts);

/// population_stability() (two_sample/bins.h) of two rows of counts. Errors: invalid_argument for an empty
/// side, unequal lengths or less than two bins.
Result<PsiResult> psi_of_counts(std::span<const std::uint64_t> reference,
                                std::span<const std::uint64_t> current);

/// PSI of the 64 bins put together into near-deciles of the baseline. Errors: invalid_argument when nothing
/// was counted, conflict for another baseline's counts.
Result<PsiResult> decile_psi(const Distribution& reference, const Counters& current);

/// chi_square() (two_sample/bins.h) that two rows of class counts come from one mix. Errors: invalid_argument
/// for an empty side or unequal lengths.
Result<ChiSquareResult> chi_squared_of_counts(std::span<const std::uint64_t> reference,
                                              std::span<const std::uint64_t> current);

}  // namespace drover::drift
