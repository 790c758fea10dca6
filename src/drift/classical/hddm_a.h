#pragma once

#include "drift/classical/classical.h"
#include "drift/classical/running_mean.h"

namespace drover::drift {

/// HDDM-A: the mean of all errors against the mean up to the best cut, by Hoeffding's inequality. Takes 1 for
/// an error and 0 for none.
///
/// With ε(n) = sqrt(ln(1/c)/(2n)) the cut for rises is the place where mean + ε was least, that for falls
/// where mean − ε was greatest. Alarm when the mean Z of all n has moved from the mean X of the first n_x by
///     Z − X ≥ sqrt( (n − n_x)/(n_x·n) / 2 · ln(2/c) ),    c = `drift_confidence`.
/// By Hoeffding this errs with probability ≤ c for a cut fixed beforehand; the cut is chosen by looking, and
/// the test repeated, so over a life nothing is promised: of unchanged streams of 5 000 with 20 % errors it
/// alarms in 6 % (none of 200 with 5 %), and for c = .01 in 48 %.
///
/// Source: Frías-Blanco, del Campo-Ávila, Ramos-Jiménez, Morales-Bueno, Ortiz-Díaz, Caballero-Mota, IEEE TKDE
/// 27(3), 2015; the formulas as in MOA and river 0.26.1 (ln 2/c where the paper has ln 1/c). No warning
/// level.
class HddmA {
 public:
  struct Settings {
    double drift_confidence = 0.001;
    bool two_sided = false;
  };
  static constexpr std::string_view kLetters = "HDMA";
  static bool takes(double value) { return is_zero_or_one(value); }

  explicit HddmA(const Settings& settings) : settings_(settings) {}
  std::optional<Finding> update(double error);
  void reset() { *this = HddmA(settings_); }

  void each_field(this auto& self, auto visit) {
    for (auto* mean : {&self.all_, &self.low_, &self.high_}) visit(mean->n), visit(mean->mean);
  }
  [[nodiscard]] bool holds() const {
    return low_.n <= all_.n && high_.n <= all_.n && (low_.n > 0) == (all_.n > 0) &&
           (high_.n > 0) == (all_.n > 0);
  }

 private:
  [[nodiscard]] double reach(std::uint64_t n) const;
  [[nodiscard]] double bound(std::uint64_t cut) const;

  Settings settings_;
  RunningMean all_, low_, high_;  // of all, up to the cut for rises, up to the cut for falls
};

}  // namespace drover::drift
