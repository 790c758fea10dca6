#pragma once

#include <limits>

#include "drift/classical/classical.h"

namespace drover::drift {

/// HDDM-W: exponentially weighted means before and after the best cut, by McDiarmid's inequality. Takes 1 for
/// an error and 0 for none.
///
/// A weighted mean is m ← λx + (1 − λ)m from its first value on; its sum of squared weights is taken as b ←
/// λ² + (1 − λ)²b from 1. The cut for rises is the place where the mean of all plus sqrt(b·ln(1/c)/2) was
/// least; alarm when the mean after the cut exceeds that before it by more than sqrt((b₁ + b₂)·ln(1/c)/2), c
/// = `drift_confidence`; falls likewise. By McDiarmid this errs with probability ≤ c for a cut fixed
/// beforehand; the cut is chosen by looking, and the test repeated, so over a life nothing is promised: of
/// unchanged streams of 5 000 with 20 % errors it alarms in 18 % (none of 200 with 5 %), and for c = .01 in
/// 97 %.
///
/// Source: Frías-Blanco and others, IEEE TKDE 27(3), 2015; as MOA and river 0.26.1. No warning level.
class HddmW {
 public:
  struct Settings {
    double drift_confidence = 0.001, lambda = 0.05;
    bool two_sided = false;
  };
  static constexpr std::string_view kLetters = "HDMW";
  static bool takes(double value) { return is_zero_or_one(value); }

  explicit HddmW(const Settings& settings) : settings_(settings) {}
  std::optional<Finding> update(double error);
  void reset() { *this = HddmW(settings_); }

  void each_field(this auto& self, auto visit) {
    self.all_.each_field(visit);
    self.rise_.each_field(visit);
    self.fall_.each_field(visit);
  }
  [[nodiscard]] bool holds() const { return rise_.after.n <= all_.n && fall_.after.n <= all_.n; }

 private:
  struct Weighted {
    std::uint64_t n = 0;
    double mean = 0, squares = 1;  // m and b
    void add(double value, double lambda);
    void each_field(this auto& self, auto visit) { visit(self.n), visit(self.mean), visit(self.squares); }
  };
  struct Cut {
    double place;  // least mean + bound, or greatest mean − bound
    Weighted before, after;
    void each_field(this auto& self, auto visit) {
      visit(self.place);
      self.before.each_field(visit);
      self.after.each_field(visit);
    }
  };
  [[nodiscard]] double bound(double squares) const;
  [[nodiscard]] std::optional<Finding> compare(const Cut& cut, double sign) const;

  static constexpr double kFar = std::numeric_limits<double>::infinity();
  Settings settings_;
  Weighted all_;
  Cut rise_{.place = kFar, .before = {}, .after = {}}, fall_{.place = -kFar, .before = {}, .after = {}};
};

}  // namespace drover::drift
