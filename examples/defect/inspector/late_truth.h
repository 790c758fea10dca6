#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace drover::defect {

struct LateTruthOptions {
  std::uint64_t every = 5;                                   // the truth of one image in so many; 0: of none
  std::chrono::nanoseconds delay = std::chrono::seconds(5);  // until it is known
  std::size_t waiting_max = 4096;  // images whose truth is awaited; further ones stay unknown
};

/// Somebody who looks at some of the parts again, later: which inference's label is known when.
class LateTruth {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Label {
    std::uint64_t id = 0;
    int truth = 0;
  };

  explicit LateTruth(const LateTruthOptions& options) : options_(options) {}

  /// Image number `sequence` was inferred as `id` (0: it was not recorded, so nobody can label it).
  void add(std::uint64_t sequence, std::uint64_t id, std::optional<int> truth, TimePoint now);
  /// The next label that is known by now.
  std::optional<Label> take(TimePoint now);
  /// When the next one is; none is awaited: TimePoint::max().
  [[nodiscard]] TimePoint due() const { return waiting_.empty() ? TimePoint::max() : waiting_.front().known; }

 private:
  struct Waiting {
    TimePoint known;
    Label label;
  };
  LateTruthOptions options_;
  std::deque<Waiting> waiting_;
};

}  // namespace drover::defect
