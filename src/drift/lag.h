#pragma once

#include <array>
#include <cstdint>

namespace drover::drift {

/// Autocorrelation of a stream between neighbours, and between neighbours of every 2nd, 4th, … 4 096th value:
/// the lags 2^k, each from the values whose number is a multiple of 2^k.
///
/// ρ̂ is Pearson's correlation of the pairs (previous, current). Beyond 8 192 pairs every sum is halved, so
/// that old pairs fade; the error is about (1 − ρ²)/√pairs (Bartlett 1946), at best 0.011 to 0.016. 13 levels
/// of 7 numbers, 728 bytes; two levels an observation on average.
///
/// A step in the mean looks like dependence: of size s deviations, by a share p of the pairs remembered, it
/// adds p(1 − p)s² to every ρ̂.
class LagEstimate {
 public:
  static constexpr std::size_t kLevels = 13;

  void add(double value);
  [[nodiscard]] double correlation(std::size_t level) const;  // ρ̂; 0 where it cannot be told
  [[nodiscard]] double pairs(std::size_t level) const { return levels_[level].pairs; }
  [[nodiscard]] std::uint64_t seen() const { return seen_; }

  void each_field(this auto& self, auto visit) {
    visit(self.seen_), visit(self.origin_);
    for (auto& level : self.levels_) {
      visit(level.last), visit(level.pairs), visit(level.x), visit(level.y);
      visit(level.xx), visit(level.yy), visit(level.xy);
    }
  }

 private:
  struct Level {
    double last = 0, pairs = 0;
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;  // sums over the pairs (previous x, current y)
  };
  std::uint64_t seen_ = 0;
  double origin_ = 0;  // the first value, which every other is taken from
  std::array<Level, kLevels> levels_{};
};

}  // namespace drover::drift
