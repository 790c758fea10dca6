#include "drift/classical/page_hinkley.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"min_instances", "observations before the first alarm", 30, 1, 1e9, true},
    Setting{"delta", "deviation from the mean that is let pass", 0.005, 0, 1e30},
    Setting{"threshold", "cumulated deviation that is an alarm (lambda)", 50, 0, 1e30},
    Setting{"alpha", "factor by which old deviations fade", 0.9999, 0, 1},
    Setting{"side", "1: rises only, -1: falls only, 0: both", 0, -1, 1, true},
};

}  // namespace

std::optional<Finding> PageHinkley::update(double value) {
  mean_.add(value);
  const double deviation = value - mean_.mean;
  up_ = settings_.alpha * up_ + deviation - settings_.delta;
  down_ = settings_.alpha * down_ + deviation + settings_.delta;
  ++up_since_, ++down_since_;
  if (up_ < up_min_) up_min_ = up_, up_since_ = 0;
  if (down_ > down_max_) down_max_ = down_, down_since_ = 0;

  if (static_cast<double>(mean_.n) < settings_.min_instances) return std::nullopt;
  const double rise = up_ - up_min_, fall = down_max_ - down_;
  const bool rose = settings_.side >= 0 && rise > settings_.threshold;
  const bool fell = settings_.side <= 0 && fall > settings_.threshold;
  if (!rose && !fell) return std::nullopt;
  return Finding{.statistic = rose ? rise : fall,
                 .threshold = settings_.threshold,
                 .n = mean_.n,
                 .family = "location",
                 .direction = rose ? "up" : "down",
                 .since = rose ? up_since_ : down_since_};
}

DetectorKind page_hinkley_kind() {
  return {
      "page_hinkley",
      "cumulated deviations from the running mean",
      "Page, Biometrika 41 (1954); Hinkley, Biometrika 58 (1971)",
      Needs::nothing,
      Takes::numbers,
      kSettings,
      false,
      [](const DetectorKind::Values& values, const Reference&) -> Result<std::unique_ptr<Detector>> {
        const PageHinkley::Settings settings{values.at("min_instances"), values.at("delta"),
                                             values.at("threshold"), values.at("alpha"), values.at("side")};
        return std::make_unique<Classical<PageHinkley>>(PageHinkley(settings), make_of(kSettings, values));
      }};
}

}  // namespace drover::drift
