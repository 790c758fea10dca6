#pragma once

#include "drift/classical/classical.h"
#include "drift/classical/running_mean.h"

namespace drover::drift {

/// DDM: the error rate against its best time so far. Takes 1 for an error and 0 for none.
///
/// p is the share of errors, s = sqrt(p(1 − p)/n); (p_min, s_min) are those where p + s was least, from
/// `warm_start` observations on. Alarm when p + s > p_min + `drift_threshold`·s_min. Only rises are seen. The
/// threshold 3 is meant as 99 % of a normal law at one look; over a life it promises nothing: of unchanged
/// streams of 5 000 it alarms in 62 % with 5 % errors and in 27 % with 20 %. (The paper's
/// warning level only tells when to begin keeping examples: there is none here.)
///
/// A tie p + s = p_min + s_min moves the minimum on, which dates the onset later but changes no alarm.
///
/// Source: Gama, Medas, Castillo, Rodrigues, "Learning with drift detection", SBIA 2004; as river 0.26.1.
class Ddm {
 public:
  struct Settings {
    double warm_start = 30, drift_threshold = 3;
  };
  static constexpr std::string_view kLetters = "DDM ";
  static bool takes(double value) { return is_zero_or_one(value); }

  explicit Ddm(const Settings& settings) : settings_(settings) {}
  std::optional<Finding> update(double error);
  void reset() { *this = Ddm(settings_); }

  void each_field(this auto& self, auto visit) {
    visit(self.errors_.n), visit(self.errors_.mean);
    visit(self.rate_min_), visit(self.deviation_min_), visit(self.n_min_);
  }
  [[nodiscard]] bool holds() const {
    return errors_.mean >= 0 && errors_.mean <= 1 && n_min_ <= errors_.n && deviation_min_ >= 0;
  }

 private:
  Settings settings_;
  RunningMean errors_;
  double rate_min_ = 0, deviation_min_ = 0;
  std::uint64_t n_min_ = 0;  // observations at the minimum; 0: there is none yet
};

}  // namespace drover::drift
