#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drift/classical/classical.h"

namespace drover::drift {

/// ADWIN: a window that grows while its mean stands and drops its older part when the mean has moved.
///
/// **State.** An exponential histogram: row r holds at most `max_buckets` buckets of 2^r observations each,
/// with their sum and their sum of squared deviations; a row's two oldest merge into the next row's newest. A
/// window of W observations takes O(max_buckets·log(W/max_buckets)) buckets.
///
/// **Test.** Every `clock` observations, once W > `grace`, each border between buckets is a cut into an older
/// part of n0 and a newer of n1 observations, both ≥ `min_window`. With 1/m = 1/(n0 − min + 1) + 1/(n1 − min
/// + 1), σ² the window's variance and δ' = ln(2·ln(W)/δ), the cut is a change when
///     |mean0 − mean1| > sqrt(2·σ²·δ'/m) + (2/3)·δ'/m;
/// then the oldest bucket goes, and the cuts are looked at again until none is left.
///
/// **What is promised.** δ bounds the error of one look (approximately: the variance is estimated, and the
/// published bound has ln(W) cuts in place of their true number), not that of a life: over 10⁶ observations
/// the standard δ errs in about a third of the streams, over 5 000 in none of 200 (δ = .05: 7 %, .3: 66 %; of
/// the looks far fewer than δ). Only the mean is watched.
///
/// **Choices that make another index equally right:** the clock (a change is told at a multiple of it only),
/// the squared deviations kept by bucket (means of buckets, not of values, bound the cuts), and that after an
/// alarm everything is forgotten, the newer part too, as the implementation people use does.
///
/// Source: Bifet, Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007; settings as
/// in river 0.26.1.
class Adwin {
 public:
  struct Settings {
    double delta = 0.002;
    std::uint32_t clock = 32, max_buckets = 5, min_window = 5, grace = 10;
  };
  static constexpr std::string_view kLetters = "ADWN";
  static bool takes(double value) { return is_number(value); }

  explicit Adwin(const Settings& settings);
  std::optional<Finding> update(double value);
  void reset();
  [[nodiscard]] std::uint64_t width() const { return width_; }  // observations in the window
  [[nodiscard]] double mean() const;                            // of the window; 0 when it is empty

  void each_field(this auto& self, auto visit) {
    visit(self.width_), visit(self.tick_), visit(self.total_), visit(self.squares_);
    visit(self.filled_), visit(self.sums_), visit(self.deviations_);
  }
  [[nodiscard]] bool holds() const;

 private:
  /// Beyond 5·2³² observations the oldest bucket is dropped.
  static constexpr std::size_t kRows = 32;
  struct Part {
    double n = 0, sum = 0;
  };

  [[nodiscard]] std::size_t at(std::size_t row, std::size_t bucket) const {
    return row * (settings_.max_buckets + 1) + bucket;
  }
  void append(std::size_t row, double sum, double deviation);
  void drop_oldest(std::size_t row, std::size_t buckets);
  void merge_full_rows();
  [[nodiscard]] std::optional<Finding> first_cut() const;
  [[nodiscard]] double bound(double n0, double n1) const;
  void forget_oldest();

  Settings settings_;
  std::uint64_t width_ = 0, tick_ = 0;
  double total_ = 0, squares_ = 0;         // sum, and sum of squared deviations from the mean, of the window
  std::vector<std::uint8_t> filled_;       // buckets in each row
  std::vector<double> sums_, deviations_;  // of each bucket, a row's oldest first
};

}  // namespace drover::drift
