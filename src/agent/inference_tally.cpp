#include "agent/inference_tally.h"

#include <algorithm>

namespace drover::agent {

void LatencySummary::add(std::chrono::nanoseconds latency) {
  counts_.add(latency);
  max_ = std::max(max_, latency);
  sum_ns_ += static_cast<double>(std::max<std::int64_t>(latency.count(), 0));
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

lifecycle::Counts VersionTally::counts() const {
  return {.samples = inferences(),
          .errors = errors(),
          .nans = nan,
          .crashes = deaths,
          .confident = confident,
          .confidence_sum = confidence_sum,
          .latency = latency.counts()};
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
