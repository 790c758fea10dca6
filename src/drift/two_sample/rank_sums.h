#pragma once

#include <cstdint>

#include "drift/two_sample/sample.h"

namespace drover::drift {

__extension__ using Int128 = __int128;

/// The largest differences of two empirical distribution functions F (of a, n values) and G (of b, m), as
/// integers: n·m·max(F − G) and n·m·max(G − F), both ≥ 0 and multiples of gcd(n, m).
struct EcdfDistance {
  std::uint64_t n = 0, m = 0;
  std::uint64_t above = 0, below = 0;
};

/// What the rank tests rest on, taken in one walk through both sorted samples. Integers are exact; the two
/// sums of doubles are compensated.
struct RankSums {
  EcdfDistance ecdf;
  double wasserstein = 0;         // ∫|F − G|; infinite when infinities stand in one sample only
  std::uint64_t twice_ranks = 0;  // 2·(sum of the midranks of a)
  double tie_cubes = 0;           // Σ t³ − t over groups of equal values
  bool ties = false;
  /// 3·4U − 2nm(4nm − 1) with U = n·Σ(r_i − i)² + m·Σ(s_j − j)² over the midranks r of a and s of b
  /// (Anderson 1962): the Cramér–von Mises T is this over 12·nm·(n + m).
  Int128 cramer = 0;
  double gap_squares = 0;  // Σ t·(F − G)² over groups of t equal values in both samples
  /// Scholz and Stephens (1987), equation 7: A²_akN of midranks for two samples.
  double anderson = 0;
};

/// D alone, for what needs no more: about twice as fast.
EcdfDistance ecdf_distance(const Sample& a, const Sample& b);
RankSums rank_sums(const Sample& a, const Sample& b);

}  // namespace drover::drift
