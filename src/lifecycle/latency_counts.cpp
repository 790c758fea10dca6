#include "lifecycle/latency_counts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace drover::lifecycle {
namespace {

constexpr double kFirstMs = 1.0 / 16, kAnOctave = 4;

double upper_edge_ms(std::size_t bucket) {
  return kFirstMs * std::exp2(static_cast<double>(bucket) / kAnOctave);
}

std::size_t bucket_of(double latency_ms) {
  if (!(latency_ms > kFirstMs)) return 0;
  const double place = std::ceil(kAnOctave * std::log2(latency_ms / kFirstMs));
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(LatencyCounts::kBuckets - 1)));
}

}  // namespace

void LatencyCounts::add(double latency_ms, std::uint64_t count) {
  buckets_.at(bucket_of(latency_ms)) += count;
}

std::uint64_t LatencyCounts::count() const {
  return std::accumulate(buckets_.begin(), buckets_.end(), std::uint64_t{0});
}

std::optional<double> LatencyCounts::quantile(double q) const {
  const std::uint64_t all = count();
  if (all == 0) return std::nullopt;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(all)));
  std::uint64_t below = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < kBuckets && (below += buckets_.at(bucket)) < wanted) ++bucket;
  return upper_edge_ms(bucket);
}

LatencyCounts& LatencyCounts::operator+=(const LatencyCounts& more) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_.at(i) += more.buckets_.at(i);
  return *this;
}

LatencyCounts& LatencyCounts::operator-=(const LatencyCounts& less) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_.at(i) -= less.buckets_.at(i);
  return *this;
}

void LatencyCounts::halve() {
  for (std::uint64_t& count : buckets_) count /= 2;
}

}  // namespace drover::lifecycle
