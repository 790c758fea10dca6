#pragma once

#include <cstdint>

#include "lifecycle/latency_counts.h"

namespace drover::lifecycle {

/// What happened in a span of inferences of one version.
struct Counts {
  std::uint64_t samples = 0;
  std::uint64_t errors = 0;     // all that did not end well, NaNs among them
  std::uint64_t nans = 0;       // NaN or infinity in an output
  std::uint64_t crashes = 0;    // of the application
  std::uint64_t labelled = 0;   // labels that came for its inferences, of this span or an earlier one
  std::uint64_t wrong = 0;      // of them, those that the prediction did not agree with
  std::uint64_t confident = 0;  // inferences that told a confidence in [0, 1]…
  double confidence_sum = 0;    // …and its sum
  LatencyCounts latency = {};

  bool operator==(const Counts&) const = default;
  Counts& operator+=(const Counts& more);
  /// Whether no count is less than it was.
  [[nodiscard]] bool goes_on_from(const Counts& earlier) const;
  /// What came after `earlier`, which these counts go on from.
  [[nodiscard]] Counts since(const Counts& earlier) const;
  /// 0 where there are no samples.
  [[nodiscard]] double error_rate() const;
};

/// `usual` with `more` after it; what lies far back fades, so that the rate is that of the last 10 000 or so.
Counts remember(Counts usual, const Counts& more);

}  // namespace drover::lifecycle
