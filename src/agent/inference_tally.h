#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "base/digest.h"
#include "lifecycle/counts.h"
#include "ring/record.h"

namespace drover::agent {

/// Latencies counted, and the greatest: a quantile is at most a quarter too great and never too small.
class LatencySummary {
 public:
  void add(std::chrono::nanoseconds latency);
  [[nodiscard]] const lifecycle::LatencyCounts& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t count() const { return counts_.count(); }
  [[nodiscard]] std::chrono::nanoseconds max() const { return max_; }
  [[nodiscard]] double sum_ns() const { return sum_ns_; }
  /// Of LatencyCounts, and never more than max(); 0 when empty.
  [[nodiscard]] std::chrono::nanoseconds quantile(double q) const {
    return std::min(max_, counts_.quantile(q));
  }

 private:
  lifecycle::LatencyCounts counts_;
  std::chrono::nanoseconds max_{0};
  double sum_ns_ = 0;
};

/// What the inferences of one version showed since the agent first saw one.
struct VersionTally {
  std::uint64_t ok = 0, failed = 0, nan = 0, timed_out = 0;
  LatencySummary latency;
  std::uint64_t confident = 0;  // of them, those that told a confidence
  double confidence_sum = 0;
  std::uint64_t deaths = 0;  // processes that had taken it up and went without a goodbye
  std::int64_t last_ns = 0;  // newest record or death, since 1970

  void add(const ring::Record& record);
  [[nodiscard]] std::uint64_t inferences() const { return ok + errors(); }
  [[nodiscard]] std::uint64_t errors() const { return failed + nan + timed_out; }
  [[nodiscard]] std::optional<double> confidence_mean() const;
  /// As probation counts them; labels come another way.
  [[nodiscard]] lifecycle::Counts counts() const;
};

/// The same for every version of a model line that inferences came from, told apart by digest.
class ModelTally {
 public:
  /// Digests kept; the one that was silent for longest makes room, so that no application can fill the
  /// memory.
  static constexpr std::size_t kVersionsMax = 8;

  void add(const ring::Record& record);
  /// A process died that had taken up this version.
  void add_death(const Digest& digest, std::int64_t at_ns);
  /// Null when neither inference nor death of that version came.
  [[nodiscard]] const VersionTally* version(const Digest& digest) const;
  [[nodiscard]] const std::map<Digest, VersionTally>& versions() const { return versions_; }
  /// The version of the newest inference.
  [[nodiscard]] const std::optional<Digest>& last() const { return last_; }

 private:
  VersionTally& of(const Digest& digest);

  std::map<Digest, VersionTally> versions_;
  std::optional<Digest> last_;
};

}  // namespace drover::agent
