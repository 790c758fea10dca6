#pragma once

#include <vector>

#include "drift/two_sample/sample.h"

namespace drover::drift {

/// Two samples to look at: equal-width bins and distribution functions over the range that holds nearly all
/// values (from the pooled .5 % to the 99.5 % quantile, widened to the ends where they are near). Values
/// outside count in the outermost bins. Infinities never widen the range.
struct Picture {
  double low = 0, high = 1;
  std::vector<double> reference, current;          // share in each bin
  std::vector<double> reference_cdf, current_cdf;  // share at or below low + i·(high − low)/(size − 1)
};
Picture picture(const Sample& reference, const Sample& current, std::size_t bins = 40,
                std::size_t points = 161);

}  // namespace drover::drift
