#pragma once

#include <cstdint>

namespace drover::drift {

/// The share of the lattice paths from (0, 0) to (n, m), all equally likely, that touch or cross the line
/// |m·i − n·j| = k (or with one_sided the line m·i − n·j = k alone): P(D ≥ k/(nm)) for two samples of n and
/// m from one continuous law, and an upper bound of it when values tie.
///
/// Computed outside-in: with A(i, j) the share among the paths to (i, j), A = 1 outside and
/// A(i, j) = (i·A(i−1, j) + j·A(i, j−1))/(i + j) inside. All terms are positive and at most 1, so nothing
/// cancels or overflows and a p far in the tail keeps its digits: relative error ≤ 4(n + m)·2^-53. Time is
/// lattice_points().
/// Sources: Hodges, "The significance probability of the Smirnov two-sample test", Ark. Mat. 3 (1957);
/// Viehmann, "Numerically more stable computation of the p-values for the two-sample Kolmogorov–Smirnov
/// test", arXiv 2102.08037 (2021).
double paths_outside(std::uint64_t n, std::uint64_t m, std::uint64_t k, bool one_sided);

/// How many points paths_outside() looks at: what it costs, at about 3 ns each.
double lattice_points(std::uint64_t n, std::uint64_t m, std::uint64_t k, bool one_sided);

}  // namespace drover::drift
