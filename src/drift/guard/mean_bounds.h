#pragma once

#include <cstdint>

#include "drift/guard/rate_sequence.h"

namespace drover::drift {

/// Bounds of the mean of values in [0, 1], from their sum alone, that hold at all times at once.
///
/// x − μ is sub-Gaussian with ¼ for its variance (Hoeffding), so with V = n/4 and S = Σ(x − μ) the normal
/// mixture √(ρ/(V + ρ))·exp(S²/(2(V + ρ))) is a supermartingale from 1 while E[x | past] = μ; by Ville P(it
/// is ever ≥ 1/α) ≤ α, and the bounds are ±√((V + ρ)·ln((V + ρ)/(ρα²)))/n around the mean seen (Howard,
/// Ramdas, McAuliffe, Sekhon, arXiv 1810.08240, eq. 14). ρ = 25 makes them narrowest at some thousand values.
RateBounds mean_bounds(double sum, std::uint64_t count, double alpha);

}  // namespace drover::drift
