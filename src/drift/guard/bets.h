#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace drover::drift {

/// Bets against "the mean of d is at most 0", for a bounded d that comes one by one.
///
/// With d ≥ −lowest, each Π(1 + λ_i·d) with λ_i = 0.9·0.6^i/lowest is positive, and a supermartingale from 1
/// while E[d | past] ≤ 0; so is their mean, and by Ville P(mean ever ≥ 1/α) ≤ α, whenever one looks. Small λ
/// see small effects late, large λ see large ones soon (Waudby-Smith, Ramdas, arXiv 2010.09686).
template <std::size_t Count>
class Bets {
 public:
  explicit constexpr Bets(double lowest) {
    double lambda = 0.9 / lowest;
    for (std::size_t i = 0; i < Count; ++i, lambda *= 0.6) lambda_[i] = lambda;
    wealth_.fill(1);
  }
  void update(double d) {
    for (std::size_t i = 0; i < Count; ++i) {
      // An alarm that nobody answers must not grow to infinity, which no checkpoint takes.
      wealth_[i] = std::min(wealth_[i] * (1 + lambda_[i] * d), 1e200);
      // What is all but lost stays lost (towards safety), and costs no slow arithmetic near zero.
      if (wealth_[i] < 1e-200) wealth_[i] = 0;
    }
  }
  /// The e-value: evidence against the hypothesis; 1/e is a p-value at any time.
  [[nodiscard]] double value() const {
    double sum = 0;
    for (const double wealth : wealth_) sum += wealth;
    return sum / static_cast<double>(Count);
  }
  [[nodiscard]] const std::array<double, Count>& wealth() const { return wealth_; }
  void restore(const std::array<double, Count>& wealth) { wealth_ = wealth; }

  void each_field(this auto& self, auto visit) { visit(self.wealth_); }
  /// Whether the wealth is an amount that bets can leave.
  [[nodiscard]] bool holds() const {
    return std::ranges::all_of(wealth_, [](double wealth) { return wealth >= 0 && wealth <= 1e200; });
  }

 private:
  std::array<double, Count> lambda_{}, wealth_{};
};

}  // namespace drover::drift
