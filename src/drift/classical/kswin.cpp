#include "drift/classical/kswin.h"

#include "drift/classical/ks_equal.h"
#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr double kDistanceMin = 0.1;

constexpr std::array kSettings = {
    Setting{"alpha", "error of one look", 0.005, 1e-12, 1},
    Setting{"window_size", "values in the sliding window", 100, 10, 10000, true},
    Setting{"stat_size", "newest values compared; at most half the window", 30, 5, 5000, true},
    Setting{"seed", "of the draws from the older values", 1, 0, 9007199254740992.0, true},
};

std::size_t critical_distance(const Kswin::Settings& settings) {
  const std::size_t least = static_cast<std::size_t>(kDistanceMin * settings.stat_size) + 1;
  return std::max(ks_equal_critical(settings.stat_size, settings.alpha), least);
}

}  // namespace

Kswin::Kswin(const Settings& settings)
    : settings_(settings),
      critical_(critical_distance(settings)),
      random_(settings.seed),
      window_(settings.window_size),
      new_(settings.stat_size),
      old_(settings.stat_size),
      chosen_(settings.window_size) {}

void Kswin::reset() {
  n_ = 0;
  std::ranges::fill(window_, 0);
}

double Kswin::newest(std::size_t back) const { return window_[(n_ - 1 - back) % window_.size()]; }

void Kswin::draw_older() {
  SplitMix random(random_);
  const std::size_t older = window_.size() - settings_.stat_size;
  std::ranges::fill(chosen_, std::uint8_t{0});
  std::size_t filled = 0;
  for (std::size_t j = older - settings_.stat_size; j < older; ++j) {
    const std::size_t t = (std::uint64_t{random.next_32()} * (j + 1)) >> 32;
    const std::size_t taken = chosen_[t] ? j : t;
    chosen_[taken] = 1;
    old_[filled++] = newest(window_.size() - 1 - taken);  // place 0 is the oldest
  }
  random_ = random.state();
}

/// The greatest difference of the two counting functions, with its sign (positive: the new values are lower).
std::ptrdiff_t Kswin::distance() const {
  std::ptrdiff_t greatest = 0;
  for (std::size_t i = 0, j = 0; i < new_.size() && j < old_.size();) {
    const double at = std::min(new_[i], old_[j]);
    while (i < new_.size() && new_[i] == at) ++i;
    while (j < old_.size() && old_[j] == at) ++j;
    const std::ptrdiff_t apart = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(j);
    if (std::abs(apart) > std::abs(greatest)) greatest = apart;
  }
  return greatest;
}

std::optional<Finding> Kswin::update(double value) {
  window_[n_++ % window_.size()] = value;
  if (n_ < window_.size()) return std::nullopt;
  draw_older();
  for (std::size_t i = 0; i < new_.size(); ++i) new_[i] = newest(i);
  std::ranges::sort(new_);
  std::ranges::sort(old_);
  const std::ptrdiff_t apart = distance();
  if (static_cast<std::size_t>(std::abs(apart)) < critical_) return std::nullopt;
  const double size = settings_.stat_size;
  return Finding{.statistic = static_cast<double>(std::abs(apart)) / size,
                 .threshold = static_cast<double>(critical_) / size,
                 .n = window_.size(),
                 .family = "distribution",
                 .direction = apart > 0 ? "down" : "up",
                 .size = static_cast<double>(std::abs(apart)) / size,
                 .since = settings_.stat_size};
}

DetectorKind kswin_kind() {
  return {"kswin",
          "a Kolmogorov-Smirnov test of the newest values against older ones of a sliding window",
          "Raab, Heusinger, Schleif, Neurocomputing 416 (2020)",
          Needs::nothing,
          Takes::numbers,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference&) -> Result<std::unique_ptr<Detector>> {
            const Kswin::Settings settings{.alpha = values.at("alpha"),
                                           .window_size = count_of(values, "window_size"),
                                           .stat_size = count_of(values, "stat_size"),
                                           .seed = static_cast<std::uint64_t>(values.at("seed"))};
            if (settings.window_size < 2 * settings.stat_size)
              return fail(Code::invalid_argument,
                          "window_size of detector kswin must be at least 2·stat_size");
            return std::make_unique<Classical<Kswin>>(Kswin(settings), make_of(kSettings, values));
          }};
}

}  // namespace drover::drift
