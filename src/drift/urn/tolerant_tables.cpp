#include "drift/urn/tolerant_tables.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/urn/few_tilts.h"

namespace drover::drift {
namespace {

using Values = std::array<double, kBins>;

struct Clip {
  double lo, hi;
};

Values clipped(const Values& h, Clip clip) {
  Values c;
  for (std::size_t j = 0; j < kBins; ++j) c[j] = std::clamp(h[j], clip.lo, clip.hi);
  return c;
}

double total_variation(const Values& c) {
  double sum = 0;
  for (std::size_t j = 1; j < kBins; ++j) sum += std::abs(c[j] - c[j - 1]);
  return sum;
}

/// The bound's problem: bins with slots, and what it must reach.
class Chernoff {
 public:
  Chernoff(const Slots& slots, double log_level) : log_level_(log_level) {
    for (std::size_t j = 0; j < kBins; ++j) slots_[j] = slots[j];
    sum_ = std::accumulate(slots_.begin(), slots_.end(), 0.0);
  }

  [[nodiscard]] double approximate(const Values& c) const {
    const double m = mean(c);
    double variance = 0;
    for (std::size_t j = 0; j < kBins; ++j) variance += slots_[j] * (c[j] - m) * (c[j] - m);
    return m + std::sqrt(2 * -log_level_ * (variance / sum_) / sum_);
  }

  /// The smallest x that the bound excludes, from above: bisection ends on the safe side.
  [[nodiscard]] double upper(const Values& c) const {
    double low = mean(c), high = std::ranges::max(c);
    for (int step = 0; step < 60; ++step) {
      const double middle = (low + high) / 2;
      (excluded(c, middle) ? high : low) = middle;
    }
    return std::ceil(high * 0x1p40) * 0x1p-40;  // upwards, to what every machine's logarithm agrees on
  }

 private:
  [[nodiscard]] double mean(const Values& c) const {
    return std::inner_product(c.begin(), c.end(), slots_.begin(), 0.0) / sum_;
  }

  /// −Σ slots_j·ln(1 − λ(c_j − x)) is convex in λ: minimised by bisection on the sign of its derivative.
  [[nodiscard]] bool excluded(const Values& c, double x) const {
    const double top = std::ranges::max(c);
    if (top <= x) return true;
    double low = 0, high = 1 / (top - x);
    for (int step = 0; step < 60; ++step) {
      const double middle = (low + high) / 2;
      (slope(c, x, middle) < 0 ? low : high) = middle;
    }
    double value = 0;
    for (std::size_t j = 0; j < kBins; ++j) value -= slots_[j] * std::log1p(-low * (c[j] - x));
    return value <= log_level_;
  }

  [[nodiscard]] double slope(const Values& c, double x, double lambda) const {
    double sum = 0;
    for (std::size_t j = 0; j < kBins; ++j) sum += slots_[j] * (c[j] - x) / (1 - lambda * (c[j] - x));
    return sum;
  }

  Values slots_{};
  double sum_ = 0, log_level_;
};

Values column(const Tilts& table, std::size_t k) {
  Values h;
  for (std::size_t j = 0; j < kBins; ++j) h[j] = double{table.h[j][k]};
  return h;
}

/// How fast evidence grows under one alternative, by the clip that is bet with.
class Growth {
 public:
  explicit Growth(const Values& h) {
    for (std::size_t j = 0; j < kBins; ++j) {
      law_[j] = (levels().u[j + 1] - levels().u[j]) * h[j];
      log_h_[j] = std::log(h[j]);
      mass_ += law_[j];
    }
  }
  /// An observation's mean logarithm of clip(h) / divisor.
  [[nodiscard]] double rate(Clip clip, double divisor) const {
    const double lo = std::log(clip.lo), hi = std::log(clip.hi);
    double gain = 0;
    for (std::size_t j = 0; j < kBins; ++j) gain += law_[j] * std::clamp(log_h_[j], lo, hi);
    return gain / mass_ - std::log(divisor);
  }

 private:
  Values law_{}, log_h_{};
  double mass_ = 0;
};

struct Choice {
  Clip clip{};
  double growth = 0;
};

Choice best_clip(const Values& h, const Chernoff& bound, double tolerance) {
  Values sorted = h;
  std::ranges::sort(sorted);
  const auto end = std::unique(sorted.begin(), sorted.end());
  const Growth growth(h);
  Choice best;
  for (auto lo = sorted.begin(); lo != end; ++lo)
    for (auto hi = lo + 1; hi != end; ++hi) {
      const Values c = clipped(h, {*lo, *hi});
      const double rate = growth.rate({*lo, *hi}, bound.approximate(c) + tolerance * total_variation(c));
      if (rate > best.growth) best = {{*lo, *hi}, rate};
    }
  return best;
}

Choice unclipped(const Values& h, const Chernoff& bound, double tolerance) {
  const auto [lo, hi] = std::ranges::minmax(h);
  return {{lo, hi}, std::log(hi / (bound.upper(h) + tolerance * total_variation(h)))};
}

}  // namespace

Result<TolerantTables> make_tolerant_tables(const Slots& slots, double tolerance, double alpha) {
  if (!(tolerance > 0 && tolerance < 0.5))
    return fail(Code::invalid_argument, "the tolerance must lie between 0 and 0.5");
  DROVER_TRY(check_alpha(alpha));
  const Chernoff bound(slots, std::log(alpha / 10 / kTilts));
  const Tilts& table = tilts_of(slots);
  const bool few = &table != &tilts();
  TolerantTables made{.tilts = &table};
  double weights = 0;
  for (std::size_t k = 0; k < kTilts; ++k) {
    const Values h = column(table, k);
    const Choice choice = few ? unclipped(h, bound, tolerance) : best_clip(h, bound, tolerance);
    auto& law = made.laws[k];
    if (choice.growth <= 0 || table.weights[k] == 0) continue;
    const Values c = clipped(h, choice.clip);
    law = {true, table.weights[k], choice.clip.lo, choice.clip.hi, bound.upper(c), total_variation(c)};
    weights += law.weight;
    for (std::size_t j = 0; j < kBins; ++j) made.ratio[j][k] = c[j] / (law.upper + tolerance * law.variation);
  }
  if (weights == 0)
    return fail(Code::invalid_argument, "no alternative can be told from a change within the tolerance");
  for (auto& law : made.laws) law.weight /= weights;
  return made;
}

}  // namespace drover::drift
