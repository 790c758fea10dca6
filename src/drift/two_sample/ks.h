#pragma once

#include <cstdint>

#include "base/result.h"
#include "drift/two_sample/rank_sums.h"

namespace drover::drift {

/// What is held against "both samples come from one law"; F and G are the laws of a and b.
/// two_sided: F ≠ G, D = max |F − G|. greater: F > G somewhere (a tends to smaller values), D = max (F − G).
/// less: F < G somewhere, D = max (G − F).
enum class Alternative : std::uint8_t { two_sided, less, greater };
enum class KsMethod : std::uint8_t { automatic, exact, asymptotic };

struct KsResult {
  double d = 0, p = 1;
  KsMethod method = KsMethod::exact;  // the one that was taken
};

/// The two-sample Kolmogorov–Smirnov test. p is the probability of a D at least as large when both samples
/// are independent draws from one continuous law; when values tie, p errs above (the test stays valid).
/// exact: paths_outside(), relative error below 1e-10 (tests, to 2 000 values). asymptotic: two-sided P(D_N >
/// D) of the finite N = round(nm/(n+m)) (kolmogorov_sf()), one-sided Hodges' exp(−2z² − ⅔z(m +
/// 2n)/√(mn(m+n))), z = D·√(nm/(n+m)), n ≤ m (1957, equation 5.3). automatic: exact up to 10 000 values in
/// the larger sample, as scipy's ks_2samp. Errors: invalid_argument for an exact p of more than 2·10^10
/// lattice points (about a minute). Sources: Hodges, Ark. Mat. 3 (1957); scipy.stats.ks_2samp, against which
/// the tests check every result.
Result<KsResult> ks_test(const EcdfDistance& distance, Alternative alternative = Alternative::two_sided,
                         KsMethod method = KsMethod::automatic);

}  // namespace drover::drift
