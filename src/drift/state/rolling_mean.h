#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::drift {

/// The mean of the last 100 confidences, exact for ever.
///
/// **Mathematics.** A value in [0, 1] is kept as the whole number x·2^53 (a float32 of at least 2^-30 is a
/// multiple of 2^-53, so nothing is lost; a smaller one is off by at most 2^-54). Their sum is a whole number
/// of at most 100·2^53 < 2^60, and sum − oldest + newest is whole-number arithmetic, which has no rounding:
/// after any number of updates the sum is that of the last 100 as if summed anew. The mean is rounded once,
/// when asked for: relative error at most 2^-52. 416 bytes; nothing is allocated.
class RollingMean {
 public:
  static constexpr std::size_t kSize = 100;

  /// False for a value outside [0, 1] or NaN, which is left out.
  bool add(float value);
  [[nodiscard]] std::size_t count() const { return count_; }  // at most 100
  /// Nothing before the first value.
  [[nodiscard]] std::optional<double> mean() const;

  /// "ROLL" version 1, docs/formats/sketches.md.
  [[nodiscard]] Bytes to_bytes() const;
  /// Errors: bad_state for what does not add up, unsupported for another version.
  static Result<RollingMean> from_bytes(ByteView bytes);

  bool operator==(const RollingMean& other) const;

 private:
  [[nodiscard]] float nth(std::size_t i) const;  // 0 is the oldest

  std::int64_t sum_ = 0;  // in units of 2^-53
  std::uint32_t count_ = 0, next_ = 0;
  std::array<float, kSize> values_{};
};

}  // namespace drover::drift
