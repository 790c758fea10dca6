#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "drift/random.h"

/// For tests and benchmarks of this room: seeded streams.
namespace drover::drift {

/// Normal values by Box and Muller.
class NormalDraws {
 public:
  explicit NormalDraws(std::uint64_t seed) : random_(seed) {}
  double next() {
    return std::sqrt(-2 * std::log(1 - random_.uniform())) *
           std::cos(2 * std::numbers::pi * random_.uniform());
  }
  std::vector<float> floats(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(next());
    return values;
  }

 private:
  SplitMix random_;
};

/// True with probability p.
inline bool chance(SplitMix& random, double p) { return random.uniform() < p; }

}  // namespace drover::drift
