#include "drift/classical/ddm.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"warm_start", "observations before the first alarm", 30, 1, 1e9, true},
    Setting{"drift_threshold", "deviations above the best rate that are an alarm", 3, 0, 1e6},
};

}  // namespace

std::optional<Finding> Ddm::update(double error) {
  errors_.add(error);
  const double rate = errors_.mean, n = static_cast<double>(errors_.n);
  if (n <= settings_.warm_start) return std::nullopt;
  // Rounding may leave a rate of all ones a hair above 1.
  const double deviation = std::sqrt(std::max(0.0, rate * (1 - rate) / n));
  if (n_min_ == 0 || rate + deviation <= rate_min_ + deviation_min_)
    rate_min_ = rate, deviation_min_ = deviation, n_min_ = errors_.n;
  const double most = rate_min_ + settings_.drift_threshold * deviation_min_;
  if (!(rate + deviation > most)) return std::nullopt;
  return Finding{.statistic = rate + deviation,
                 .threshold = most,
                 .n = errors_.n,
                 .family = "error_rate",
                 .direction = "up",
                 .size = rate - rate_min_,
                 .since = errors_.n - n_min_};
}

DetectorKind ddm_kind() {
  return {"ddm",
          "the error rate against its best time so far; takes 1 for an error and 0 for none",
          "Gama, Medas, Castillo, Rodrigues, SBIA 2004",
          Needs::nothing,
          Takes::errors,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference&) -> Result<std::unique_ptr<Detector>> {
            const Ddm::Settings settings{values.at("warm_start"), values.at("drift_threshold")};
            return std::make_unique<Classical<Ddm>>(Ddm(settings), make_of(kSettings, values));
          }};
}

}  // namespace drover::drift
