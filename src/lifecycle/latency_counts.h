#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace drover::lifecycle {

/// Latencies in buckets, four of equal width an octave: a quantile is at most a quarter too great and never
/// too small. Bucket i ≥ 8 has those of (4 + i mod 4)·2^(⌊i/4⌋ − 2) ns up to the next one's; 0 to 3 have
/// those of as many ns. Counts add.
class LatencyCounts {
 public:
  static constexpr std::size_t kBuckets = 256;
  using Buckets = std::array<std::uint64_t, kBuckets>;

  LatencyCounts() = default;
  explicit LatencyCounts(const Buckets& buckets) : buckets_(buckets) {}

  void add(std::chrono::nanoseconds latency, std::uint64_t count = 1);
  [[nodiscard]] const Buckets& buckets() const { return buckets_; }
  [[nodiscard]] std::uint64_t count() const;
  /// How many were shorter than 2^`octave` ns, exactly; `octave` from 3 to 63.
  [[nodiscard]] std::uint64_t below_octave(std::size_t octave) const;
  /// The upper edge of the bucket that has the quantile `q` in [0, 1]; 0 when empty.
  [[nodiscard]] std::chrono::nanoseconds quantile(double q) const;

  LatencyCounts& operator+=(const LatencyCounts& more);
  LatencyCounts& operator-=(const LatencyCounts& less);
  void halve();
  bool operator==(const LatencyCounts&) const = default;

 private:
  Buckets buckets_{};
};

}  // namespace drover::lifecycle
