#include "drift/classical/psi_window.h"

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr std::array kSettings = {
    Setting{"threshold", "index that is an alarm", 0.2, 0, 1e6},
    Setting{"window", "observations in a window", 500, 10, 1e6, true},
    Setting{"seed", "of the random numbers that break ties with an edge", 1, 0, 4294967295.0, true},
};

}  // namespace

PsiWindow::PsiWindow(const Distribution& distribution, double threshold) : threshold_(threshold) {
  const double all = static_cast<double>(distribution.count + 1);
  std::array<double, kGroups> slots{};
  double below = 0;
  std::size_t group = 0;
  for (std::size_t j = 0; j < kBins; ++j) {
    group_[j] = static_cast<std::uint8_t>(group);
    slots[group] += distribution.slots[j];
    below += distribution.slots[j];
    if (group + 1 < kGroups && j + 1 < kBins && below >= all * static_cast<double>(group + 1) / kGroups)
      ++group;
  }
  groups_ = group + 1;
  const double groups = static_cast<double>(groups_);
  for (std::size_t i = 0; i < groups_; ++i) share_[i] = (slots[i] + 0.5) / (all + groups / 2);
}

std::optional<Finding> PsiWindow::operator()(const std::array<std::uint32_t, kBins>& counts,
                                             std::uint64_t n) const {
  std::array<double, kGroups> live{};
  for (std::size_t j = 0; j < kBins; ++j) live[group_[j]] += counts[j];
  double index = 0;
  for (std::size_t i = 0; i < groups_; ++i) {
    const double share = (live[i] + 0.5) / (static_cast<double>(n) + static_cast<double>(groups_) / 2);
    index += (share - share_[i]) * std::log(share / share_[i]);
  }
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
