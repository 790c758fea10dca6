#include "lifecycle/latency_counts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

namespace drover::lifecycle {
namespace {

/// The exponent and the two bits below the leading one.
std::size_t bucket_of(std::uint64_t ns) {
  if (ns < 4) return ns;
  const auto exponent = static_cast<std::size_t>(std::bit_width(ns) - 1);
  return exponent * 4 + ((ns >> (exponent - 2)) & 3);
}

std::uint64_t upper_edge(std::size_t bucket) {
  if (bucket < 8) return bucket;
  const std::size_t exponent = bucket / 4;
  return (std::uint64_t{1} << exponent) + ((bucket % 4 + 1) << (exponent - 2)) - 1;
}

}  // namespace

void LatencyCounts::add(std::chrono::nanoseconds latency, std::uint64_t count) {
  buckets_.at(bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0)))) += count;
}

std::uint64_t LatencyCounts::count() const {
  return std::accumulate(buckets_.begin(), buckets_.end(), std::uint64_t{0});
}

std::uint64_t LatencyCounts::below_octave(std::size_t octave) const {
  return std::accumulate(buckets_.begin(), buckets_.begin() + static_cast<std::ptrdiff_t>(octave * 4),
                         std::uint64_t{0});
}

std::chrono::nanoseconds LatencyCounts::quantile(double q) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count())));
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    below += buckets_.at(bucket);
    if (below > 0 && below >= rank)
      return std::chrono::nanoseconds(
          static_cast<std::int64_t>(std::min<std::uint64_t>(upper_edge(bucket), INT64_MAX)));
  }
  return std::chrono::nanoseconds(0);
}

LatencyCounts& LatencyCounts::operator+=(const LatencyCounts& more) {
  std::ranges::transform(buckets_, more.buckets_, buckets_.begin(), std::plus());
  return *this;
}

LatencyCounts& LatencyCounts::operator-=(const LatencyCounts& less) {
  std::ranges::transform(buckets_, less.buckets_, buckets_.begin(), std::minus());
  return *this;
}

void LatencyCounts::halve() {
  for (std::uint64_t& count : buckets_) count /= 2;
}

}  // namespace drover::lifecycle
