#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::drift {

/// Quantiles with a relative error of 1 %: DDSketch (Masson, Rim, Lee, VLDB 2019, arXiv 1908.10693), for
/// latencies.
///
/// **What is kept.** Counts of buckets (b, b·γ] with γ = 1.01/0.99. A bucket's number is ⌈35.0·ln-like(x)⌉,
/// where the logarithm is interpolated by a cubic between powers of two (no bucket is wider than γ; 1 % more
/// of them than with a true logarithm): additions and multiplications alone, so that every machine puts a
/// value into the same bucket.
///
/// **Error.** quantile(q) is within 1 % of the value of rank ⌈q·n⌉, always (not with a confidence), for
/// values above zero that lie in the 480 highest buckets: within a factor 13 000 of the largest value.
/// What lies below *collapses* into the lowest of the 480 and is over-estimated; `collapsed()` tells how much
/// may have. Values ≤ 0 count as 0, exactly; +∞ as ∞; NaN is counted apart and has no rank.
///
/// **Merging** adds, exact and in any order: a sketch depends only on the values, not on their order, because
/// what collapses is decided by the largest of all. 3.9 KB; nothing is allocated.
class DdSketch {
 public:
  static constexpr double kRelativeError = 0.01;
  static constexpr std::size_t kBuckets = 480;
  static constexpr std::uint64_t kTotalMax = std::uint64_t{1} << 53;

  void add(double value);
  /// Error: too_many beyond 2^53 values; nothing is added.
  Status merge(const DdSketch& other);

  /// Values with a rank: all but NaN.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t nan() const { return nan_; }
  /// An upper bound of the values that may have collapsed: the lowest bucket's count.
  [[nodiscard]] std::uint64_t collapsed() const;
  /// q in [0, 1]; NaN when there are no values.
  [[nodiscard]] double quantile(double q) const;

  /// "DDSK" version 1, docs/formats/sketches.md.
  [[nodiscard]] Bytes to_bytes() const;
  /// Errors: too_large, bad_state for what does not add up, unsupported for another version.
  static Result<DdSketch> from_bytes(ByteView bytes);
  static constexpr std::size_t kBytesMax = 4 + 4 + 3 * 8 + 4 + 2 + kBuckets * 10;

  bool operator==(const DdSketch& other) const = default;

  /// The number of a positive finite value's bucket, and the value that stands for a bucket.
  static std::int32_t bucket_of(double value);
  static double value_of(std::int32_t bucket);

 private:
  [[nodiscard]] bool has_buckets() const { return count_ > zero_ + infinite_; }
  std::uint64_t& at(std::int32_t bucket) { return buckets_[slot(bucket)]; }
  [[nodiscard]] std::uint64_t at(std::int32_t bucket) const { return buckets_[slot(bucket)]; }
  [[nodiscard]] std::int32_t lowest() const { return highest_ - static_cast<std::int32_t>(kBuckets) + 1; }
  static std::size_t slot(std::int32_t bucket);
  void raise(std::int32_t bucket);
  void put(std::int32_t bucket, std::uint64_t count);

  std::uint64_t count_ = 0, zero_ = 0, infinite_ = 0, nan_ = 0;
  std::int32_t highest_ = 0;                       // meant only when there are buckets
  std::array<std::uint64_t, kBuckets> buckets_{};  // bucket b stands at b modulo 480
};
static_assert(sizeof(DdSketch) < 4096);

}  // namespace drover::drift
