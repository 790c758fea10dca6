#include "drift/fleet/e_bh.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace drover::drift {

Result<EbhResult> e_bh(std::span<const double> e_values, double alpha) {
  if (!(alpha > 0 && alpha < 1)) return fail(Code::invalid_argument, "alpha must lie between 0 and 1");
  for (std::size_t i = 0; i < e_values.size(); ++i)
    if (!(e_values[i] >= 0))
      return fail(Code::invalid_argument, fmt::format("e-value {}: {} is none", i, e_values[i]));
  std::vector<std::size_t> order(e_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t i, std::size_t j) {
    return e_values[i] != e_values[j] ? e_values[i] > e_values[j] : i < j;
  });
  const double features = static_cast<double>(e_values.size());
  for (std::size_t k = order.size(); k > 0; --k) {
    const double threshold = features / (alpha * static_cast<double>(k));
    if (e_values[order[k - 1]] < threshold) continue;
    order.resize(k);
    return EbhResult{.rejected = std::move(order), .threshold = threshold};
  }
  return EbhResult{.rejected = {}, .threshold = features / alpha};
}

}  // namespace drover::drift
