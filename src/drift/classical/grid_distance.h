#pragma once

#include <array>
#include <cmath>

#include "drift/baseline.h"
#include "drift/classical/classical.h"
#include "drift/random.h"

/// What the windowed and the sequential Kolmogorov–Smirnov tests do alike.
namespace drover::drift {

/// An observation's bin; ties with an edge are broken by the generator whose state is `random`.
inline double observed_bin(const Distribution& distribution, double value, std::uint64_t& random) {
  SplitMix ties(random);
  const std::size_t bin = distribution.bin(static_cast<float>(value), ties);
  random = ties.state();
  return static_cast<double>(bin);
}

/// The distance of counts in the baseline's bins from the baseline, at its 63 edges.
class GridDistance {
 public:
  explicit GridDistance(const Distribution& distribution) {
    double slots = 0;
    for (std::size_t j = 0; j + 1 < kBins; ++j)
      below_[j] = (slots += distribution.slots[j]) / (static_cast<double>(distribution.count) + 1);
  }

  /// Found when max |share counted below an edge − share of the baseline below it| reaches the threshold.
  /// `counts` sum to n.
  [[nodiscard]] std::optional<Finding> reaching(double threshold, const auto& counts, double n) const {
    double greatest = 0, below = 0;
    for (std::size_t j = 0; j + 1 < kBins; ++j) {
      const double apart = (below += static_cast<double>(counts[j])) / n - below_[j];
      if (std::abs(apart) > std::abs(greatest)) greatest = apart;
    }
    if (std::abs(greatest) < threshold) return std::nullopt;
    return Finding{.statistic = std::abs(greatest),
                   .threshold = threshold,
                   .family = "distribution",
                   .direction = greatest > 0 ? "down" : "up",
                   .size = std::abs(greatest)};
  }

 private:
  std::array<double, kBins - 1> below_{};  // shares of the baseline
};

}  // namespace drover::drift
