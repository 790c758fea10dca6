#pragma once

#include <cstdint>

/// Distributions of the one-sample Kolmogorov statistics of n values; 0 ≤ d ≤ 1.
namespace drover::drift {

/// P(D_n > d), two-sided, for the finite n: what scipy calls kstwo.sf(d, n). Methods as Simard and L'Ecuyer,
/// "Computing the two-sided Kolmogorov–Smirnov distribution", J. Stat. Software 39(11), 2011, choose them:
/// - Ruben and Gambino's closed forms at both ends;
/// - Miller's 2·P(D⁺ > d), exact for d ≥ ½; elsewhere taken where both sides at once cannot be seen in a
/// double;
/// - Durbin's matrix in the form of Marsaglia, Tsang and Wang (J. Stat. Software 8(18), 2003), exact, for all
///   of n ≤ 140 that is left (so Pomeranz's recursion, its equal there, is not needed) and for n·d^1.5 ≤ 1.4;
/// - the series of Pelz and Good (J. R. Stat. Soc. B 38, 1976) to n^-3/2 else: five digits of the
/// distribution
///   function at n = 141 (Simard and L'Ecuyer), nine at n = 20 000 (a test).
/// The tests hold it against scipy's, relative difference below 1e-8, for samples up to 20 000.
double kolmogorov_sf(std::uint64_t n, double d);

/// P(D⁺_n > d), one-sided: the sum of Birnbaum and Tingey (1951), each term a binomial probability by
/// Loader's saddle point (2000), which keeps its digits for any n; above n = 200 000 the expansion of Maag
/// and Dicaire (1971), relative error 2e-9 at n·d² = 2.3 and 3e-7 at 18 for the smallest such n, less beyond.
double smirnov_sf(std::uint64_t n, double d);

/// P(D_n ≤ d) by Durbin's matrix; n·d up to about 100.
double durbin_cdf(std::uint64_t n, double d);
/// P(D_n ≤ d) by Pelz and Good.
double pelz_good_cdf(std::uint64_t n, double d);

}  // namespace drover::drift
