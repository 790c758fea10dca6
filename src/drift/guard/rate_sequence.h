#pragma once

#include <cstdint>

namespace drover::drift {

/// A rate between two bounds.
struct RateBounds {
  double lower = 0, upper = 1;
};

/// A confidence sequence for the rate p of errors: bounds that hold at all times at once.
///
/// With k errors of n, the Beta(½, ½) mixture's likelihood over p's own, B(½ + k, ½ + n − k) / (B(½,
/// ½)·p^k·(1 − p)^(n−k)), is a martingale from 1 when the errors are independent of rate p; by Ville it is
/// ever ≥ 1/α with probability ≤ α. The bounds are all p for which it is less (Robbins 1970; Howard, Ramdas,
/// McAuliffe, Sekhon, arXiv 1810.08240). Width about √(ln(n)/n·p(1 − p)) at worst: somewhat wider than an
/// interval for one n, which would be wrong in the end.
class RateSequence {
 public:
  void update(bool error);
  /// What `count` updates of which `errors` were errors give, in whatever order.
  static RateSequence of(std::uint64_t errors, std::uint64_t count);
  /// P(p is ever outside) ≤ alpha.
  [[nodiscard]] RateBounds bounds(double alpha) const;
  /// Whether p lies outside the bounds.
  [[nodiscard]] bool refutes(double p, double alpha) const;
  [[nodiscard]] double rate() const {  // of those seen
    return count_ == 0 ? 0 : static_cast<double>(errors_) / static_cast<double>(count_);
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t errors() const { return errors_; }

  void each_field(this auto& self, auto visit) {
    visit(self.count_), visit(self.errors_), visit(self.log_mixture_);
  }
  /// Whether the mixture is that of the counts, ln B(½ + k, ½ + n − k)/π, but for what rounding adds up to.
  [[nodiscard]] bool holds() const;

 private:
  std::uint64_t count_ = 0, errors_ = 0;
  double log_mixture_ = 0;  // of the sequence seen
};

}  // namespace drover::drift
