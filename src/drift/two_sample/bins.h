#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "drift/two_sample/sample.h"

/// Distances and tests over counts in the same bins of a reference and a current sample.
namespace drover::drift {

inline constexpr std::size_t kDeciles = 10;
inline constexpr std::uint64_t kRowsABinMin = 50;

/// How often each bin or category stands in either sample; both vectors have the same length.
struct BinCounts {
  std::vector<std::uint64_t> reference, current;
};

/// Edges that cut the reference into `bins` parts of equal counts: bin i holds edge[i−1] < x ≤ edge[i]. Equal
/// edges of few-valued data are one, so that there may be fewer bins. Where the lowest edge is the
/// reference's minimum, current values below it get a bin of their own, or they would not be told from the
/// minimum.
std::vector<double> quantile_edges(const Sample& reference, const Sample& current,
                                   std::size_t bins = kDeciles);
/// edges.size() + 1 bins.
BinCounts count_bins(const Sample& reference, const Sample& current, const std::vector<double>& edges);
/// One bin a category that stands in either, by name.
using CategoryCounts = std::map<std::string, std::uint64_t>;
BinCounts count_categories(const CategoryCounts& reference, const CategoryCounts& current);

/// Population stability index Σ (p_i − q_i)·ln(p_i/q_i) of shares p (current) and q (reference), from n
/// reference and m current values in the B `bins` that hold a value of either.
/// raw: of the plain shares, infinite when a bin is empty in one sample only. smoothed: of (c + ½)/(n + B/2),
/// always finite. corrected: smoothed − (B−1)(1/n + 1/m), the excess over what unchanged data give on
/// average (may be below 0). p: nm/(n+m)·smoothed against χ² of B − 1 degrees, an asymptotic p: it keeps the
/// level .05 within .02 at 50 values a bin (a test). `enough`: both
/// samples have 50 values a bin; below that PSI says nothing (at n = 100, B = 10 unchanged data exceed .1 in
/// 40 % of windows). The usual bands (.1 moderate, .2 large) are labels of size, never evidence. Source:
/// Yurdakul, "Statistical properties of population stability index" (2018).
struct PsiResult {
  double raw = 0, smoothed = 0, corrected = 0, p = 1;
  std::size_t bins = 0;
  bool enough = false;
};
PsiResult population_stability(const BinCounts& counts);
/// `smoothed` alone, of counts in bins none of which is empty in both. Allocates nothing.
double smoothed_psi(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current);

/// Pearson's χ² of homogeneity: Σ (O − E)²/E over both samples, degrees = bins that stand in either − 1. A
/// category unseen in one sample adds a finite term. p is asymptotic: `expected_min` below 5 says that it is
/// rough. Source: Pearson (1900); Cochran, Biometrics 10 (1954), for the bound of 5.
struct ChiSquareResult {
  double statistic = 0, p = 1;
  std::size_t dof = 0;
  double expected_min = 0;
};
ChiSquareResult chi_square(const BinCounts& counts);

/// √(½KL(p‖m) + ½KL(q‖m)), m = (p + q)/2: 0 for equal shares, √ln 2 = .8326 nats (1 in base 2) for disjoint
/// ones. Source: Lin, IEEE Trans. Inf. Theory 37 (1991); Endres and Schindelin (2003) for the root.
double jensen_shannon(const BinCounts& counts);
double jensen_shannon(const std::vector<double>& p, const std::vector<double>& q, double base);
/// √(½ Σ (√p − √q)²): 0 to 1. Source: Hellinger (1909). Like every distance between
/// samples, both are above 0 when nothing has changed: of the order of √((B − 1)(1/n + 1/m)/8).
double hellinger(const BinCounts& counts);

}  // namespace drover::drift
