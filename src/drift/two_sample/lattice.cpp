#include "drift/two_sample/lattice.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace drover::drift {
namespace {

/// The points inside in column i: n steps along, m steps up, where |m·i − n·j| < k, or m·i − n·j < k.
class Band {
 public:
  Band(std::uint64_t n, std::uint64_t m, std::uint64_t k, bool one_sided)
      : n_(signed_of(n)), m_(signed_of(m)), k_(signed_of(k)), one_sided_(one_sided) {}
  [[nodiscard]] std::size_t begin(std::uint64_t i) const {
    const std::int64_t above = m_ * signed_of(i) - k_;
    return above < 0 ? 0 : static_cast<std::size_t>(above / n_ + 1);
  }
  [[nodiscard]] std::size_t end(std::uint64_t i) const {
    const auto all = static_cast<std::size_t>(m_ + 1);
    if (one_sided_) return all;
    return std::min(all, static_cast<std::size_t>((m_ * signed_of(i) + k_ + n_ - 1) / n_));
  }

 private:
  static std::int64_t signed_of(std::uint64_t x) { return static_cast<std::int64_t>(x); }
  std::int64_t n_, m_, k_;
  bool one_sided_;
};

/// Turning a path round swaps the two sides, mirroring it swaps the axes: a one-sided share is symmetric too.
void order(std::uint64_t& n, std::uint64_t& m) {
  if (n < m) std::swap(n, m);
}

}  // namespace

double paths_outside(std::uint64_t n, std::uint64_t m, std::uint64_t k, bool one_sided) {
  if (k == 0) return 1;
  order(n, m);
  const Band band(n, m, k, one_sided);
  std::vector<double> inverse(n + m + 1), share(m + 1, 1.0);
  for (std::size_t i = 1; i < inverse.size(); ++i) inverse[i] = 1.0 / static_cast<double>(i);
  std::fill_n(share.begin(), band.end(0), 0.0);
  for (std::size_t i = 1; i <= n; ++i) {
    const std::size_t begin = band.begin(i), end = band.end(i);
    if (begin >= end) return 1;
    double under = begin == 0 ? 0 : 1;
    for (std::size_t j = begin; j < end; ++j) {
      const double along = static_cast<double>(i) * inverse[i + j],
                   up = static_cast<double>(j) * inverse[i + j];
      under = share[j] * along + under * up;
      share[j] = under;
    }
  }
  return std::min(1.0, share[m]);
}

double lattice_points(std::uint64_t n, std::uint64_t m, std::uint64_t k, bool one_sided) {
  order(n, m);
  const auto columns = static_cast<double>(n), rows = static_cast<double>(m) + 1;
  return columns * (one_sided ? rows : std::min(rows, 2 * static_cast<double>(k) / columns + 1));
}

}  // namespace drover::drift
