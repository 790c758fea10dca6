#include "drift/urn/few_tilts.h"

#include <cmath>
#include <span>

#include "base/assert.h"

namespace drover::drift {
namespace {

/// Raw weights; all are divided by their sum.
struct Size {
  double factor, weight;
};
constexpr std::array kSizesOfTwo = {Size{1.2, .03}, Size{1.4, .10}, Size{1.7, .10}, Size{2.2, .10},
                                    Size{3, .06},   Size{4.5, .05}, Size{9, .03},   Size{30, .02}};
constexpr std::array kSizesOfMore = {Size{1.5, .08}, Size{3, .06}};
constexpr std::array kSteps = {Size{1.15, .04}, Size{1.35, .05}, Size{2, .03}};
constexpr std::array kSizesOfUnseen = {Size{8, .02}, Size{64, .02}};
constexpr double kAdaptiveWeightOfFew = .06;

constexpr std::array kShares = {Family::share_1, Family::share_2, Family::share_3, Family::share_4};

class Table {
 public:
  explicit Table(std::size_t values) : values_(values) {
    for (auto& row : made_.h) row.fill(1);
    made_.laws.fill({Family::unseen, 0, 1});
    for (std::size_t value = values == 2 ? 1 : 0; values > 1 && value < values; ++value)
      for (const Size& size : values == 2 ? std::span<const Size>(kSizesOfTwo) : kSizesOfMore)
        for (const int sign : {+1, -1}) add_share(value, sign, size);
    for (const Size& step : kSteps)
      for (const int sign : {+1, -1})
        if (values > 2) add_steps(sign, step);
    for (const Size& size : kSizesOfUnseen)
      for (const int side : {+1, -1, 0})
        if (side != 0 || values > 1) add_unseen(side, size);
  }

  Tilts take() {
    double sum = kAdaptiveParts * kAdaptiveWeightOfFew;
    for (const double weight : made_.weights) sum += weight;
    for (double& weight : made_.weights) weight /= sum;
    made_.adaptive_weight = kAdaptiveWeightOfFew / sum;
    return made_;
  }

 private:
  /// The cells beside a value have the factor of the value below, so that a factor changes as seldom as can
  /// be from bin to bin (what the tolerant mode pays for).
  void add_share(std::size_t value, int sign, const Size& size) {
    const double h = sign > 0 ? size.factor : 1 / size.factor;
    add({kShares[value], sign, size.factor}, size.weight,
        [&](std::size_t cell) { return value_at(cell) == value ? h : 1; });
  }
  void add_steps(int sign, const Size& step) {
    add({Family::location, sign, step.factor}, step.weight,
        [&](std::size_t cell) { return std::pow(step.factor, sign * static_cast<double>(value_at(cell))); });
  }
  void add_unseen(int side, const Size& size) {
    const std::size_t last = 2 * values_;
    add({Family::unseen, side, size.factor}, size.weight, [&](std::size_t cell) {
      const int own = cell == 0 ? -1 : cell == last ? 1 : 0;
      return is_unseen(cell) && own == side ? size.factor : 1;
    });
  }
  void add(const Tilt& law, double weight, auto h) {
    DROVER_ASSERT(next_ < kTilts);
    made_.laws[next_] = law;
    made_.weights[next_] = weight;
    for (std::size_t j = 0; j < kBins; ++j)
      made_.h[j][next_] = static_cast<float>(std::floor(h(cell_of(j, values_)) * 4096 + 0.5) / 4096);
    ++next_;
  }
  static std::size_t value_at(std::size_t cell) { return cell == 0 ? 0 : (cell - 1) / 2; }

  std::size_t values_, next_ = 0;
  Tilts made_{};
};

}  // namespace

const Tilts& few_tilts(std::size_t values) {
  static const std::array<Tilts, kFewValues> made = {Table(1).take(), Table(2).take(), Table(3).take(),
                                                     Table(4).take()};
  return made.at(values - 1);
}

const Tilts& tilts_of(const std::array<std::uint32_t, kBins>& slots) {
  const std::size_t few = few_values(slots);
  return few == 0 ? tilts() : few_tilts(few);
}

}  // namespace drover::drift
