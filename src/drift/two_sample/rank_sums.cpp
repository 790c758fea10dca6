#include "drift/two_sample/rank_sums.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "drift/two_sample/compensated_sum.h"
#include "drift/two_sample/merged.h"
#include "drift/two_sample/together.h"

namespace drover::drift {
namespace {

/// Follows n·m·(F − G) and its extremes.
class Distance {
 public:
  Distance(std::uint64_t n, std::uint64_t m)
      : n_(static_cast<std::int64_t>(n)), m_(static_cast<std::int64_t>(m)) {}
  /// Goes on behind the first i values of a and the first j of b.
  void start(std::size_t i, std::size_t j) { step(i, j), above_ = below_ = at_; }
  void step(std::size_t x, std::size_t y) {
    at_ += static_cast<std::int64_t>(x) * m_ - static_cast<std::int64_t>(y) * n_;
    above_ = std::max(above_, at_);
    below_ = std::min(below_, at_);
  }
  void take(const Distance& other) {
    above_ = std::max(above_, other.above_);
    below_ = std::min(below_, other.below_);
  }
  [[nodiscard]] std::int64_t now() const { return at_; }
  [[nodiscard]] EcdfDistance result() const {
    return {static_cast<std::uint64_t>(n_), static_cast<std::uint64_t>(m_),
            static_cast<std::uint64_t>(above_), static_cast<std::uint64_t>(-below_)};
  }

 private:
  std::int64_t n_, m_, at_ = 0, above_ = 0, below_ = 0;
};

/// Σ (2r − 2k)² over k = before + 1 … before + count, for a group whose twofold midrank is `rank`.
Int128 squares(std::uint64_t rank, std::uint64_t before, std::uint64_t count) {
  // With e = 2r − 2·before: Σ (e − 2s)² = c·e² − 4e·Σs + 4·Σs², s = 1 … c.
  const Int128 c = count, e = static_cast<Int128>(rank) - 2 * static_cast<Int128>(before);
  return c * e * e - 2 * e * c * (c + 1) + 2 * c * (c + 1) * (2 * c + 1) / 3;
}

class Walk {
 public:
  Walk(std::uint64_t n, std::uint64_t m) : n_(n), m_(m), distance_(n, m) {}

  void step(double value, std::size_t x, std::size_t y) {
    const std::uint64_t group = x + y, before = i_ + j_;
    const std::uint64_t twice_rank = 2 * before + group + 1;
    if (distance_.now() != 0) area_.add(std::abs(static_cast<double>(distance_.now())) * (value - value_));
    anderson(before, group, x);
    sums_.twice_ranks += x * twice_rank;
    if (group > 1) {
      const auto t = static_cast<double>(group);
      cubes_.add(t * t * t - t);
      sums_.ties = true;
    }
    cramer_a_ += squares(twice_rank, i_, x);
    cramer_b_ += squares(twice_rank, j_, y);
    distance_.step(x, y);
    const double gap =
        static_cast<double>(distance_.now()) / static_cast<double>(n_) / static_cast<double>(m_);
    gap_squares_.add(static_cast<double>(group) * gap * gap);
    value_ = value;
    i_ += x;
    j_ += y;
  }

  [[nodiscard]] RankSums result() const {
    RankSums sums = sums_;
    const auto n = static_cast<double>(n_), m = static_cast<double>(m_);
    const Int128 product = static_cast<Int128>(n_) * m_;
    sums.ecdf = distance_.result();
    sums.wasserstein = area_.value() / n / m;
    sums.tie_cubes = cubes_.value();
    sums.gap_squares = gap_squares_.value();
    sums.cramer = 3 * (n_ * cramer_a_ + m_ * cramer_b_) - 2 * product * (4 * product - 1);
    sums.anderson = anderson_.value() * (n + m - 1) / (n + m) / (n * m);
    return sums;
  }

 private:
  /// l·(N·M − n·B)² / (B(N − B) − N·l/4) with B, M: values below and half of the equal ones, in both samples
  /// and in a. The second sample's term is the same but for its weight: 1/n + 1/m = N/(nm).
  void anderson(std::uint64_t before, std::uint64_t group, std::uint64_t x) {
    const auto all = static_cast<double>(n_ + m_), l = static_cast<double>(group);
    const double below = static_cast<double>(before) + l / 2;
    const double own = static_cast<double>(i_) + static_cast<double>(x) / 2;
    const double spread = below * (all - below) - all * l / 4;
    const double distance = all * own - static_cast<double>(n_) * below;
    if (spread > 0) anderson_.add(l * distance * distance / spread);
  }

  std::uint64_t n_, m_, i_ = 0, j_ = 0;
  double value_ = 0;
  Distance distance_;
  CompensatedSum area_, cubes_, gap_squares_, anderson_;
  Int128 cramer_a_ = 0, cramer_b_ = 0;
  RankSums sums_;
};

}  // namespace

EcdfDistance ecdf_distance(const Sample& a, const Sample& b) {
  const auto x = a.sorted(), y = b.sorted();
  const std::size_t parts = threads_for(x.size() + y.size());
  // Each part begins at a value, the same in both samples, so that equal ones stay together.
  std::vector<std::pair<std::size_t, std::size_t>> starts = {{0, 0}};
  for (std::size_t part = 1; part < parts; ++part) {
    const double value = x[x.size() * part / parts];
    starts.emplace_back(std::ranges::lower_bound(x, value) - x.begin(),
                        std::ranges::lower_bound(y, value) - y.begin());
  }
  starts.emplace_back(x.size(), y.size());
  std::vector<Distance> found(parts, Distance(x.size(), y.size()));
  together(parts, [&](std::size_t part) {
    const auto [i, j] = starts[part];
    Distance distance = found[part];
    if (part > 0) distance.start(i, j);
    merged(x.subspan(i, starts[part + 1].first - i), y.subspan(j, starts[part + 1].second - j),
           [&](double, std::size_t of_x, std::size_t of_y) { distance.step(of_x, of_y); });
    found[part] = distance;
  });
  for (const Distance& part : found) found.front().take(part);
  return found.front().result();
}

RankSums rank_sums(const Sample& a, const Sample& b) {
  Walk walk(a.size(), b.size());
  merged(a.sorted(), b.sorted(), [&](double value, std::size_t x, std::size_t y) { walk.step(value, x, y); });
  return walk.result();
}

}  // namespace drover::drift
