#pragma once

#include <cstdint>

namespace drover::drift {

/// The mean of all values so far: mean ← mean + (x − mean)/n (Welford 1962; West 1979).
struct RunningMean {
  std::uint64_t n = 0;
  double mean = 0;

  void add(double value) {
    ++n;
    mean += 1 / static_cast<double>(n) * (value - mean);
  }
};

}  // namespace drover::drift
