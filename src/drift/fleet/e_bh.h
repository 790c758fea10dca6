#pragma once

#include <span>
#include <vector>

#include "base/result.h"

namespace drover::drift {

/// Which features, which devices: the e-BH procedure (Wang, Ramdas, JRSS-B 2022, arXiv 2009.02824).
///
/// Of F e-values (each with expectation ≤ 1 while its own hypothesis is true) reject those ≥ F/(αk) for the
/// largest k for which there are k such. The expected share of false ones among the rejected is at most
/// α·(true hypotheses)/F, **under any dependence** between the e-values.
///
/// An urn detector's M at a moment chosen by looking at anything is an e-value; its maximum so far is not:
/// give current values, not latched ones. NaN or negative is no e-value: invalid_argument names its place.
struct EbhResult {
  std::vector<std::size_t> rejected;  // places, by falling e-value, ties by place
  double threshold = 0;               // F/(αk) of the k rejected; F/α when there are none
};
Result<EbhResult> e_bh(std::span<const double> e_values, double alpha);

}  // namespace drover::drift
