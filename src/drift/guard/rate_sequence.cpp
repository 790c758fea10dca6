#include "drift/guard/rate_sequence.h"

#include <cmath>
#include <numbers>

namespace drover::drift {
namespace {

constexpr double kPrior = 0.5;
constexpr int kHalvings = 60;
constexpr std::uint64_t kCountMax = std::uint64_t{1} << 53;

/// k·ln x, 0 for k = 0 whatever x.
double times_log(double k, double x) { return k == 0 ? 0 : k * std::log(x); }

/// ln B(½ + k, ½ + n − k)/π
double log_mixture_of(std::uint64_t errors, std::uint64_t count) {
  const double k = static_cast<double>(errors), n = static_cast<double>(count);
  return std::lgamma(kPrior + k) + std::lgamma(kPrior + n - k) - std::lgamma(n + 1) -
         std::log(std::numbers::pi);
}

}  // namespace

void RateSequence::update(bool error) {
  const double of_its_kind = static_cast<double>(error ? errors_ : count_ - errors_);
  log_mixture_ += std::log((of_its_kind + kPrior) / (static_cast<double>(count_) + 2 * kPrior));
  ++count_;
  errors_ += error;
}

RateSequence RateSequence::of(std::uint64_t errors, std::uint64_t count) {
  RateSequence sequence;
  sequence.errors_ = errors;
  sequence.count_ = count;
  sequence.log_mixture_ = log_mixture_of(errors, count);
  return sequence;
}

bool RateSequence::refutes(double p, double alpha) const {
  const double k = static_cast<double>(errors_), n = static_cast<double>(count_);
  return log_mixture_ - times_log(k, p) - times_log(n - k, 1 - p) >= -std::log(alpha);
}

bool RateSequence::holds() const {
  if (errors_ > count_ || count_ > kCountMax) return false;
  const double exact = log_mixture_of(errors_, count_);
  return std::abs(log_mixture_ - exact) <= 1e-6 * (1 + std::abs(exact));
}

/// The evidence against p only grows on either side of the rate seen; the outer end of the last step is
/// outside.
RateBounds RateSequence::bounds(double alpha) const {
  const auto border = [&](double outside) {
    if (!refutes(outside, alpha)) return outside;
    double inside = rate();
    for (int step = 0; step < kHalvings; ++step) {
      const double middle = (inside + outside) / 2;
      (refutes(middle, alpha) ? outside : inside) = middle;
    }
    return outside;
  };
  return {border(0), border(1)};
}

}  // namespace drover::drift
