#include "agent/inference_tally.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace drover::agent {

/// Four buckets an octave: the exponent and the two bits below the leading one.
std::size_t LatencySummary::bucket_of(std::uint64_t ns) {
  if (ns < 4) return ns;
  const auto exponent = static_cast<std::size_t>(std::bit_width(ns) - 1);
  return exponent * 4 + ((ns >> (exponent - 2)) & 3);
}

std::uint64_t LatencySummary::upper_edge(std::size_t bucket) {
  if (bucket < 8) return bucket;
  const std::size_t exponent = bucket / 4;
  return (std::uint64_t{1} << exponent) + ((bucket % 4 + 1) << (exponent - 2)) - 1;
}

void LatencySummary::add(std::chrono::nanoseconds latency) {
  ++counts_[bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0)))];
  ++count_;
  max_ = std::max(max_, latency);
  sum_ns_ += static_cast<double>(std::max<std::int64_t>(latency.count(), 0));
}

std::uint64_t LatencySummary::below_octave(std::size_t octave) const {
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < 4 * octave; ++bucket) below += counts_[bucket];
  return below;
}

std::chrono::nanoseconds LatencySummary::quantile(double q) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < kBuckets && count_ > 0; ++bucket) {
    below += counts_[bucket];
    if (below > 0 && below >= rank)
      return std::min(max_, std::chrono::nanoseconds(static_cast<std::int64_t>(upper_edge(bucket))));
  }
  return std::chrono::nanoseconds(0);
}

void VersionTally::add(const ring::Record& record) {
  switch (record.outcome) {
    case ring::Outcome::ok:
      ++ok;
      break;
    case ring::Outcome::failed:
      ++failed;
      break;
    case ring::Outcome::nan:
      ++nan;
      break;
    case ring::Outcome::timed_out:
      ++timed_out;
      break;
  }
  constexpr std::uint64_t kLatencyMax = std::uint64_t{1} << 62;
  latency.add(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(record.latency_ns, kLatencyMax))));
  if (record.confidence >= 0) {
    ++confident;
    confidence_sum += static_cast<double>(record.confidence);
  }
  last_ns = std::max(last_ns, record.timestamp_ns);
}

std::optional<double> VersionTally::confidence_mean() const {
  if (confident == 0) return std::nullopt;
  return confidence_sum / static_cast<double>(confident);
}

void ModelTally::add(const ring::Record& record) {
  if (record.kind != ring::Kind::inference) return;
  const Digest digest{record.digest};
  of(digest).add(record);
  last_ = digest;
}

void ModelTally::add_death(const Digest& digest, std::int64_t at_ns) {
  VersionTally& tally = of(digest);
  ++tally.deaths;
  tally.last_ns = std::max(tally.last_ns, at_ns);
}

/// What is kept of the version, where need be in another's place.
VersionTally& ModelTally::of(const Digest& digest) {
  if (!versions_.contains(digest) && versions_.size() == kVersionsMax)
    versions_.erase(
        std::ranges::min_element(versions_, {}, [](const auto& entry) { return entry.second.last_ns; }));
  return versions_[digest];
}

const VersionTally* ModelTally::version(const Digest& digest) const {
  const auto found = versions_.find(digest);
  return found == versions_.end() ? nullptr : &found->second;
}

}  // namespace drover::agent
