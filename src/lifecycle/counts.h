#pragma once

#include <cstdint>

namespace drover::lifecycle {

/// What happened in a span of inferences of one version.
struct Counts {
  std::uint64_t samples = 0;
  std::uint64_t errors = 0;    // all that did not end well, NaNs among them
  std::uint64_t nans = 0;      // NaN or infinity in an output
  std::uint64_t crashes = 0;   // of the application
  std::uint64_t labelled = 0;  // labels that came
  std::uint64_t wrong = 0;     // of them, those that say the prediction was wrong

  bool operator==(const Counts&) const = default;
  Counts& operator+=(const Counts& more);
  /// 0 where there are no samples.
  [[nodiscard]] double error_rate() const;
};

/// `usual` with `more` after it; what lies far back fades, so that the rate is that of the last 10 000 or so.
Counts remember(Counts usual, const Counts& more);

}  // namespace drover::lifecycle
