#include "drift/classical/ks_window.h"

#include "drift/classical/ks_equal.h"
#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"alpha", "error of one window", 0.05, 1e-12, 1},
    Setting{"window", "observations in a window", 100, 10, 1e6, true},
    Setting{"seed", "of the random numbers that break ties with an edge", 1, 0, 4294967295.0, true},
};

}  // namespace

KsWindow::KsWindow(const Distribution& distribution, double alpha, std::uint64_t window)
    : size_(static_cast<double>(window)) {
  const double m = static_cast<double>(distribution.count), n = size_;
  double slots = 0;
  for (std::size_t j = 0; j + 1 < kBins; ++j) below_[j] = (slots += distribution.slots[j]) / (m + 1);
  const double root = std::sqrt(n * m / (n + m));
  threshold_ = kolmogorov_critical(alpha) / (root + 0.12 + 0.11 / root);
}

std::optional<Finding> KsWindow::operator()(const std::array<std::uint32_t, kBins>& counts) const {
  double greatest = 0, below = 0;
  for (std::size_t j = 0; j + 1 < kBins; ++j) {
    const double apart = (below += counts[j]) / size_ - below_[j];
    if (std::abs(apart) > std::abs(greatest)) greatest = apart;
  }
  if (std::abs(greatest) < threshold_) return std::nullopt;
  return Finding{.statistic = std::abs(greatest),
                 .threshold = threshold_,
                 .family = "distribution",
                 .direction = greatest > 0 ? "down" : "up",
                 .size = std::abs(greatest)};
}

DetectorKind ks_window_kind() {
  return {"ks_window",
          "a Kolmogorov-Smirnov test of each window against the baseline's bins",
          "Kolmogorov 1933; Smirnov 1948; Stephens, JRSS B 32 (1970)",
          Needs::distribution,
          Takes::numbers,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference& reference) {
            const Distribution& baseline = *reference.distribution;
            return make_windowed(kSettings, values, baseline,
                                 KsWindow(baseline, values.at("alpha"), count_of(values, "window")));
          }};
}

}  // namespace drover::drift
