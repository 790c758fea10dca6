#include "drift/classical/hddm_a.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"drift_confidence", "error of one test", 0.001, 1e-300, 1},
    Setting{"two_sided", "1: falls of the error rate too", 0, 0, 1, true},
};

}  // namespace

double HddmA::reach(std::uint64_t n) const {
  return std::sqrt(1 / (2 * static_cast<double>(n)) * std::log(1 / settings_.drift_confidence));
}

double HddmA::bound(std::uint64_t cut) const {
  const double n = static_cast<double>(all_.n), before = static_cast<double>(cut);
  const double one_over_m = (n - before) / before * (1 / n);
  return std::sqrt(one_over_m / 2 * std::log(2 / settings_.drift_confidence));
}

std::optional<Finding> HddmA::update(double error) {
  all_.add(error);
  const double own = reach(all_.n);
  if (low_.n == 0 || low_.mean + reach(low_.n) >= all_.mean + own) low_ = all_;
  if (high_.n == 0 || high_.mean - reach(high_.n) <= all_.mean - own) high_ = all_;

  const double rise = all_.mean - low_.mean, fall = high_.mean - all_.mean;
  const bool rose = low_.n < all_.n && rise >= bound(low_.n);
  const bool fell = settings_.two_sided && high_.n < all_.n && fall >= bound(high_.n);
  if (!rose && !fell) return std::nullopt;
  const std::uint64_t cut = rose ? low_.n : high_.n;
  return Finding{.statistic = rose ? rise : fall,
                 .threshold = bound(cut),
                 .n = all_.n,
                 .family = "error_rate",
                 .direction = rose ? "up" : "down",
                 .size = rose ? rise : fall,
                 .since = all_.n - cut};
}

DetectorKind hddm_a_kind() {
  return {"hddm_a",
          "the mean error against the best cut, by Hoeffding; takes 1 for an error and 0 for none",
          "Frías-Blanco and others, IEEE TKDE 27(3), 2015",
          Needs::nothing,
          Takes::errors,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference&) -> Result<std::unique_ptr<Detector>> {
            const HddmA::Settings settings{values.at("drift_confidence"), values.at("two_sided") != 0};
            return std::make_unique<Classical<HddmA>>(HddmA(settings), make_of(kSettings, values));
          }};
}

}  // namespace drover::drift
