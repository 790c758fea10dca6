#pragma once

#include <algorithm>
#include <cstdint>

namespace drover::drift {

/// A feature's values as a sensor's: does it stand still, does it hang at an end of its range?
///
/// Counts, without error or confidence: a stream of exactly equal values is no chance for a feature of many
/// values. The caller gives the range: what is as good as black, what is as good as saturated.
class SensorWatch {
 public:
  SensorWatch(float low, float high) : low_(low), high_(high) {}

  void update(float value) {
    run_ = count_ > 0 && value == last_ ? run_ + 1 : 1;
    longest_run_ = std::max(longest_run_, run_);
    vote(value);
    at_low_ += value <= low_;
    at_high_ += value >= high_;
    last_ = value;
    ++count_;
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Equal values in a row, at most so far.
  [[nodiscard]] std::uint64_t longest_run() const { return longest_run_; }
  /// A lower bound of the commonest value's share s, at least 2s − 1 (Boyer and Moore's vote, 1981).
  [[nodiscard]] double stuck() const { return share(votes_); }
  [[nodiscard]] double black() const { return share(at_low_); }       // share at or below low
  [[nodiscard]] double saturated() const { return share(at_high_); }  // share at or above high

 private:
  void vote(float value) {
    if (votes_ == 0) candidate_ = value;
    votes_ = value == candidate_ ? votes_ + 1 : votes_ - 1;
  }
  [[nodiscard]] double share(std::uint64_t part) const {
    return count_ == 0 ? 0 : static_cast<double>(part) / static_cast<double>(count_);
  }

  float low_, high_, last_ = 0, candidate_ = 0;
  std::uint64_t count_ = 0, run_ = 0, longest_run_ = 0, votes_ = 0, at_low_ = 0, at_high_ = 0;
};

}  // namespace drover::drift
