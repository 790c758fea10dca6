#pragma once

#include "drift/classical/classical.h"
#include "drift/classical/running_mean.h"

namespace drover::drift {

/// EDDM: the distance between errors against its best time so far. Takes 1 for an error and 0 for none.
///
/// p' and s' are mean and standard deviation (divisor n − 1) of the numbers of observations from one error to
/// the next, the first counted from the start. At an error after `warm_start` observations: if p' + 2s' is
/// the greatest yet, it is kept; else, after more than `warm_start` errors, the alarm is given when (p' +
/// 2s')/greatest < `beta`. It sees slow rises of a small error rate sooner than DDM, and promises no
/// probability: it alarms in 95 % of unchanged streams of 5 000. (The paper's warning level alpha is not
/// here.)
///
/// Sources: Baena-García, del Campo-Ávila, Fidalgo, Bifet, Gavaldà, Morales-Bueno, "Early drift detection
/// method", 2006; as river 0.26.1, whose `warm_start` stands for both of the paper's 30s.
class Eddm {
 public:
  struct Settings {
    double warm_start = 30, beta = 0.9;
  };
  static constexpr std::string_view kLetters = "EDDM";
  static bool takes(double value) { return is_zero_or_one(value); }

  explicit Eddm(const Settings& settings) : settings_(settings) {}
  std::optional<Finding> update(double error);
  void reset() { *this = Eddm(settings_); }

  void each_field(this auto& self, auto visit) {
    visit(self.n_), visit(self.last_error_), visit(self.n_best_);
    visit(self.distance_.n), visit(self.distance_.mean), visit(self.squares_), visit(self.best_);
  }
  [[nodiscard]] bool holds() const {
    return last_error_ <= n_ && n_best_ <= n_ && distance_.n <= n_ && squares_ >= 0;
  }

 private:
  Settings settings_;
  std::uint64_t n_ = 0, last_error_ = 0, n_best_ = 0;
  RunningMean distance_;  // between errors; its n is the number of errors
  double squares_ = 0;    // sum of squared deviations of the distances
  double best_ = -1;      // greatest p' + 2s'
};

}  // namespace drover::drift
