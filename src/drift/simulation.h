#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "drift/baseline.h"
#include "drift/detector.h"
#include "drift/random.h"

/// Streams for simulations, the same on every machine but for the last bit of log and cos. For tests and
/// bench/.
namespace drover::drift::simulation {

/// Standard normal values by Box and Muller.
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : random_(seed) {}
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

/// AR(1): x ← φx + sqrt(1 − φ²)·e, stationary with deviation 1.
class Autoregressive {
 public:
  Autoregressive(double phi, std::uint64_t seed) : phi_(phi), normal_(seed), last_(normal_.next()) {}
  double next() { return last_ = phi_ * last_ + std::sqrt(1 - phi_ * phi_) * normal_.next(); }

 private:
  double phi_;
  Normal normal_;
  double last_;
};

/// A baseline of m values that `next` gives.
inline Distribution baseline_of(std::size_t m, std::uint64_t seed, auto next) {
  std::vector<float> values(m);
  for (float& value : values) value = static_cast<float>(next());
  return make_distribution(values, 0, seed).value();
}

/// Observations up to and with the first alarm within `most`; 0 when there is none.
std::uint64_t first_alarm(Detector& detector, std::uint64_t most, auto next) {
  for (std::uint64_t t = 0; t < most; ++t)
    if (const auto alarm = detector.update(next())) return alarm->index;
  return 0;
}

}  // namespace drover::drift::simulation
