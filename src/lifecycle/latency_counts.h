#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace drover::lifecycle {

/// Latencies in buckets, four an octave: bucket i > 0 has those above 2^((i − 1)/4)/16 ms and up to
/// 2^(i/4)/16 ms, bucket 0 all that are less, the last one all that are more (14 minutes). Counts add.
class LatencyCounts {
 public:
  static constexpr std::size_t kBuckets = 96;
  using Buckets = std::array<std::uint64_t, kBuckets>;

  LatencyCounts() = default;
  explicit LatencyCounts(const Buckets& buckets) : buckets_(buckets) {}

  void add(double latency_ms, std::uint64_t count = 1);
  [[nodiscard]] const Buckets& buckets() const { return buckets_; }
  [[nodiscard]] std::uint64_t count() const;
  /// The upper edge, in ms, of the bucket that has the quantile `q` in (0, 1]: never too small, and at most
  /// 19 % too great. None without latencies.
  [[nodiscard]] std::optional<double> quantile(double q) const;

  LatencyCounts& operator+=(const LatencyCounts& more);
  LatencyCounts& operator-=(const LatencyCounts& less);
  void halve();
  bool operator==(const LatencyCounts&) const = default;

 private:
  Buckets buckets_{};
};

}  // namespace drover::lifecycle
