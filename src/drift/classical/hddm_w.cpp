#include "drift/classical/hddm_w.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"drift_confidence", "error of one test", 0.001, 1e-300, 1},
    Setting{"lambda", "weight of the newest value", 0.05, 1e-9, 1},
    Setting{"two_sided", "1: falls of the error rate too", 0, 0, 1, true},
};

}  // namespace

void HddmW::Weighted::add(double value, double lambda) {
  mean = n++ == 0 ? value : lambda * value + (1 - lambda) * mean;
  squares = lambda * lambda + (1 - lambda) * (1 - lambda) * squares;
}

double HddmW::bound(double squares) const {
  return std::sqrt(squares * std::log(1 / settings_.drift_confidence) / 2);
}

std::optional<Finding> HddmW::compare(const Cut& cut, double sign) const {
  if (cut.before.n == 0 || cut.after.n == 0) return std::nullopt;
  const double moved = sign * (cut.after.mean - cut.before.mean);
  const double most = bound(cut.before.squares + cut.after.squares);
  if (!(moved > most)) return std::nullopt;
  return Finding{.statistic = moved,
                 .threshold = most,
                 .n = all_.n,
                 .family = "error_rate",
                 .direction = sign > 0 ? "up" : "down",
                 .size = moved,
                 .since = cut.after.n};
}

std::optional<Finding> HddmW::update(double error) {
  all_.add(error, settings_.lambda);
  const double own = bound(all_.squares);
  if (all_.mean + own < rise_.place)
    rise_ = {all_.mean + own, all_, {}};
  else
    rise_.after.add(error, settings_.lambda);
  if (all_.mean - own > fall_.place)
    fall_ = {all_.mean - own, all_, {}};
  else
    fall_.after.add(error, settings_.lambda);

  if (const auto rose = compare(rise_, 1)) return rose;
  return settings_.two_sided ? compare(fall_, -1) : std::nullopt;
}

DetectorKind hddm_w_kind() {
  return {"hddm_w",
          "weighted mean errors before and after the best cut; takes 1 for an error and 0 for none",
          "Frías-Blanco and others, IEEE TKDE 27(3), 2015",
          Needs::nothing,
          Takes::errors,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference&) -> Result<std::unique_ptr<Detector>> {
            const HddmW::Settings settings{values.at("drift_confidence"), values.at("lambda"),
                                           values.at("two_sided") != 0};
            return std::make_unique<Classical<HddmW>>(HddmW(settings), make_of(kSettings, values));
          }};
}

}  // namespace drover::drift
