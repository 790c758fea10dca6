#include "drift/classical/psi_window.h"

#include "drift/kinds.h"
#include "drift/state/counter_figures.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"threshold", "index that is an alarm", 0.2, 0, 1e6},
    Setting{"window", "observations in a window", 500, 10, 1e6, true},
    Setting{"seed", "of the random numbers that break ties with an edge", 1, 0, 4294967295.0, true},
};

}  // namespace

PsiWindow::PsiWindow(const Distribution& distribution, double threshold) : threshold_(threshold) {
  const auto starts = decile_starts(distribution);
  groups_ = starts.size();
  std::ranges::copy(put_together(values_of(distribution), starts), reference_.begin());
  for (std::size_t j = 0, group = 0; j < kBins; ++j) {
    if (group + 1 < groups_ && starts[group + 1] == j) ++group;
    group_[j] = static_cast<std::uint8_t>(group);
  }
}

std::optional<Finding> PsiWindow::operator()(const std::array<std::uint32_t, kBins>& counts) const {
  std::array<std::uint64_t, kDeciles> live{};
  for (std::size_t j = 0; j < kBins; ++j) live[group_[j]] += counts[j];
  const double index = smoothed_psi(std::span(reference_).first(groups_), std::span(live).first(groups_));
  if (index < threshold_) return std::nullopt;
  return Finding{
      .statistic = index, .threshold = threshold_, .family = "distribution", .direction = "", .size = index};
}

DetectorKind psi_window_kind() {
  return {"psi_window",
          "the population stability index of each window against the baseline's near-deciles",
          "Siddiqi 2006; Yurdakul 2018",
          Needs::distribution,
          Takes::numbers,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference& reference) {
            const Distribution& baseline = *reference.distribution;
            return make_windowed(kSettings, values, baseline, PsiWindow(baseline, values.at("threshold")));
          }};
}

}  // namespace drover::drift
