#pragma once

#include "drift/classical/classical.h"

namespace drover::drift {

/// CUSUM: the tabular cumulative sum of standardised values, both sides.
///
/// z = (x − mean)/deviation of the baseline; U ← max(0, U + z − k), D ← max(0, D − z − k); alarm when U > h
/// or D > h. For known normal laws it is optimal (Moustakides 1986) in Lorden's sense for the shift 2k. What
/// is promised is a mean time between false alarms, for independent normal values and an exact baseline:
/// k = ½, h = 5 gives 465 observations (h = 4: 168), and 10.4 to find a shift of 1 (Montgomery, Statistical
/// Quality Control, table of average run lengths). An estimated baseline shortens it.
///
/// Source: Page, Biometrika 41 (1954).
class Cusum {
 public:
  struct Settings {
    double slack = 0.5, limit = 5;  // k and h, in deviations
    double side = 0;                // +1 rises only, −1 falls only, 0 both
  };
  static constexpr std::string_view kLetters = "CUSM";
  static bool takes(double value) { return is_number(value); }

  Cusum(const Settings& settings, double mean, double deviation)
      : settings_(settings), mean_(mean), deviation_(deviation) {}
  std::optional<Finding> update(double value);
  void reset() { *this = Cusum(settings_, mean_, deviation_); }

  void each_field(this auto& self, auto visit) {
    visit(self.n_), visit(self.up_), visit(self.up_since_), visit(self.down_), visit(self.down_since_);
  }
  [[nodiscard]] bool holds() const { return up_ >= 0 && down_ >= 0 && up_since_ <= n_ && down_since_ <= n_; }

 private:
  Settings settings_;
  double mean_, deviation_;
  std::uint64_t n_ = 0;
  double up_ = 0, down_ = 0;
  std::uint64_t up_since_ = 0, down_since_ = 0;  // observations since each sum was 0
};

}  // namespace drover::drift
