#pragma once

#include <limits>

#include "drift/classical/classical.h"
#include "drift/classical/running_mean.h"

namespace drover::drift {

/// Page–Hinkley: cumulated deviations from the running mean, against their least (or greatest) value so far.
///
/// With d = x − mean (x included in it), U ← α·U + d − δ and D ← α·D + d + δ; alarm when U − min U > λ (the
/// mean rose) or max D − D > λ (it fell), from `min_instances` observations on. δ is the change that is let
/// pass, λ the price of false alarms; both are in the unit of the data, so the standard ones suit values of
/// about unit deviation only. No probability is promised: on unchanged N(0,1) the standard settings alarm
/// every 1 630 observations. Without fading (α = 1) it is the two-sided CUSUM but for the estimated mean, and
/// its mean time between false alarms that one's: (e^(2δb) − 2δb − 1)/(4δ²), b = λ + 1.166, on N(0,1)
/// (Siegmund, Sequential Analysis, 1985).
///
/// Sources: Page, Biometrika 41 (1954); Hinkley, Biometrika 58 (1971). Settings and the fading α as in river
/// 0.26.1.
class PageHinkley {
 public:
  struct Settings {
    double min_instances = 30, delta = 0.005, threshold = 50, alpha = 0.9999;
    double side = 0;  // +1 rises only, −1 falls only, 0 both
  };
  static constexpr std::string_view kLetters = "PGHK";
  static bool takes(double value) { return is_number(value); }

  explicit PageHinkley(const Settings& settings) : settings_(settings) {}
  std::optional<Finding> update(double value);
  void reset() { *this = PageHinkley(settings_); }

  void each_field(this auto& self, auto visit) {
    visit(self.mean_.n), visit(self.mean_.mean);
    visit(self.up_), visit(self.up_min_), visit(self.up_since_);
    visit(self.down_), visit(self.down_max_), visit(self.down_since_);
  }
  [[nodiscard]] bool holds() const { return up_since_ <= mean_.n && down_since_ <= mean_.n; }

 private:
  Settings settings_;
  RunningMean mean_;
  double up_ = 0, up_min_ = std::numeric_limits<double>::infinity();
  double down_ = 0, down_max_ = -std::numeric_limits<double>::infinity();
  std::uint64_t up_since_ = 0, down_since_ = 0;  // observations since the least and the greatest value
};

}  // namespace drover::drift
