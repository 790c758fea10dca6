#include "drift/classical/eddm.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"warm_start", "observations, and errors, before the first alarm", 30, 1, 1e9, true},
    Setting{"beta", "share of the greatest distance below which is an alarm", 0.9, 0, 1},
};

}  // namespace

std::optional<Finding> Eddm::update(double error) {
  ++n_;
  if (error == 0) return std::nullopt;
  const double distance = static_cast<double>(n_ - last_error_), mean_before = distance_.mean;
  distance_.add(distance);
  squares_ += (distance - mean_before) * (distance - distance_.mean);
  last_error_ = n_;
  if (static_cast<double>(n_) <= settings_.warm_start) return std::nullopt;

  const double errors = static_cast<double>(distance_.n);
  const double deviation = errors > 1 ? std::sqrt(squares_ / (errors - 1)) : 0;
  const double reach = distance_.mean + 2 * deviation;
  if (reach > best_) {
    best_ = reach, n_best_ = n_;
    return std::nullopt;
  }
  if (errors <= settings_.warm_start || !(reach / best_ < settings_.beta)) return std::nullopt;
  return Finding{.statistic = reach / best_,
                 .threshold = settings_.beta,
                 .n = n_,
                 .family = "error_distance",
                 .direction = "down",
                 .since = n_ - n_best_};
}

DetectorKind eddm_kind() {
  return {"eddm",
          "the distance between errors against its best time so far; takes 1 for an error and 0 for none",
          "Baena-García and others, 2006",
          Needs::nothing,
          Takes::errors,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference&) -> Result<std::unique_ptr<Detector>> {
            const Eddm::Settings settings{values.at("warm_start"), values.at("beta")};
            return std::make_unique<Classical<Eddm>>(Eddm(settings), make_of(kSettings, values));
          }};
}

}  // namespace drover::drift
