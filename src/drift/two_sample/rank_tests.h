#pragma once

#include "drift/two_sample/rank_sums.h"

/// Tests that look at ranks alone, from rank_sums(). Each p is the probability, when both samples are
/// independent draws from one law, of a statistic at least as extreme (two-sided where there are sides).
/// Values tied across the samples take their midrank. The tests compare each with scipy.
namespace drover::drift {

/// Cramér–von Mises: T = nm/(n+m)²·Σ (F − G)² over the values of both samples, F and G after each. Without
/// ties it is computed from integers, as U/(nm(n+m)) − (4nm − 1)/(6(n+m)), and p is exact by counting all
/// orders up to 20 values in the larger sample; else the law of the limit at (T − E T)/√(45 Var T) + 1/6, its
/// series to 1e-14; below 4e-11 the first term of its tail, 2/(π√(πt))·exp(−π²t/2), within 2 %. With ties p
/// is the limit's at T: 0 for T of equal samples, whatever their sizes; for two values at most half again too
/// small at .01 and twice at .001, nearer the more values there are (the midrank form of T that some programs
/// use grows without bound with ties). Sources: Anderson, Ann. Math. Stat. 33 (1962); Xiao, Gordon, Yakovlev,
/// J. Stat. Software 17(8) (2006); Csörgő and Faraway, J. R. Stat. Soc. B 58 (1996), 1.3.
struct CramerResult {
  double t = 0, p = 1;
  bool exact = false;
};
CramerResult cramer_von_mises(const RankSums& sums);

/// Mann–Whitney: U = pairs with a above b, and half of the tied ones. p: exact without ties when the smaller
/// sample has at most 8 values and n·m ≤ 10 000; else the normal approximation with corrections for ties and
/// continuity. Source: Mann and Whitney, Ann. Math. Stat. 18 (1947).
struct MannWhitneyResult {
  double u = 0, p = 1;
  bool exact = false;
};
MannWhitneyResult mann_whitney(const RankSums& sums);

/// Anderson–Darling for two samples: (A² − 1)/σ, where A² weighs (F − G)² by 1/(H(1 − H)). p is interpolated
/// between the seven levels of Scholz and Stephens's table and is clipped to it: .25 means "at least", .001
/// "at most". No result for fewer than four values or when all are equal (`p` is then 1 and `defined` false).
/// The table is of continuous laws: with six values or fewer p ≤ .05 comes in about 10 % of unchanged pairs.
/// Source: Scholz and Stephens, J. Am. Stat. Assoc. 82 (1987), equation 7 and table 2.
struct AndersonResult {
  double statistic = 0, p = 1;
  bool clipped = false, defined = false;
};
AndersonResult anderson_darling(const RankSums& sums);

/// P(T > t) of the one-sample Cramér–von Mises statistic as n → ∞.
double cramer_limit_sf(double t);

}  // namespace drover::drift
