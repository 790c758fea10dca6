#include "drift/classical/cusum.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"slack", "half the shift to be found, in deviations (k)", 0.5, 0, 100},
    Setting{"limit", "sum that is an alarm, in deviations (h)", 5, 0, 1e9},
    Setting{"side", "1: rises only, -1: falls only, 0: both", 0, -1, 1, true},
};

}  // namespace

std::optional<Finding> Cusum::update(double value) {
  const double z = (value - mean_) / deviation_;
  ++n_;
  up_ = std::max(0.0, up_ + z - settings_.slack);
  down_ = std::max(0.0, down_ - z - settings_.slack);
  up_since_ = up_ > 0 ? up_since_ + 1 : 0;
  down_since_ = down_ > 0 ? down_since_ + 1 : 0;

  const bool rose = settings_.side >= 0 && up_ > settings_.limit;
  const bool fell = settings_.side <= 0 && down_ > settings_.limit;
  if (!rose && !fell) return std::nullopt;
  const std::uint64_t since = rose ? up_since_ : down_since_;
  const double sum = rose ? up_ : down_;
  return Finding{.statistic = sum,
                 .threshold = settings_.limit,
                 .n = n_,
                 .family = "location",
                 .direction = rose ? "up" : "down",
                 .size = settings_.slack + sum / static_cast<double>(since),
                 .since = since};
}

DetectorKind cusum_kind() {
  return {"cusum",
          "the cumulative sum of standardised values, both sides",
          "Page, Biometrika 41 (1954)",
          Needs::moments,
          Takes::numbers,
          kSettings,
          false,
          [](const DetectorKind::Values& values,
             const Reference& reference) -> Result<std::unique_ptr<Detector>> {
            const Cusum::Settings settings{values.at("slack"), values.at("limit"), values.at("side")};
            return std::make_unique<Classical<Cusum>>(
                Cusum(settings, reference.mean, reference.deviation),
                make_of(kSettings, values, {reference.mean, reference.deviation}));
          }};
}

}  // namespace drover::drift
