#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace drover::drift {

inline constexpr std::size_t kSampleValuesMax = std::size_t{1} << 28;

enum class NanRule : std::uint8_t { refuse, drop };

/// A sample in order, sorted once for every test that is made of it. Infinities are values like others.
class Sample {
 public:
  /// Takes 1 to 2^28 numbers. A NaN has no place in an order: it is refused with its place, or dropped and
  /// counted. Errors: invalid_argument, too_many.
  static Result<Sample> make(std::vector<double> values, NanRule rule = NanRule::refuse);

  [[nodiscard]] std::span<const double> sorted() const { return sorted_; }
  [[nodiscard]] std::uint64_t size() const { return sorted_.size(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  std::vector<double> sorted_;
  std::uint64_t dropped_ = 0;
};

/// Mean and standard deviation (divisor n − 1, 0 for one value) of the finite values, in two passes with
/// compensated sums: relative error of a few 2^-53.
struct Moments {
  std::uint64_t n = 0;
  double mean = 0, deviation = 0;
};
Moments moments(const Sample& sample);

}  // namespace drover::drift
