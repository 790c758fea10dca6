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
    : distance_(distribution), size_(static_cast<double>(window)) {
  const double m = static_cast<double>(distribution.count), n = size_;
  const double root = std::sqrt(n * m / (n + m));
  threshold_ = kolmogorov_critical(alpha) / (root + 0.12 + 0.11 / root);
}

std::optional<Finding> KsWindow::operator()(const std::array<std::uint32_t, kBins>& counts) const {
  return distance_.reaching(threshold_, counts, size_);
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
