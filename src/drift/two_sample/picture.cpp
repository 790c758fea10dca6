#include "drift/two_sample/picture.h"

#include <algorithm>
#include <cmath>

namespace drover::drift {
namespace {

using Sorted = std::span<const double>;

/// The finite part of a sorted sample.
Sorted finite(Sorted sorted) {
  const auto is_finite = [](double x) { return std::isfinite(x); };
  const auto begin = std::ranges::find_if(sorted, is_finite);
  return {begin, std::find_if_not(begin, sorted.end(), is_finite)};
}

double share_to(Sorted sorted, double value) {
  return static_cast<double>(std::ranges::upper_bound(sorted, value) - sorted.begin()) /
         static_cast<double>(sorted.size());
}

std::pair<double, double> range(Sorted a, Sorted b) {
  if (a.empty() && b.empty()) return {-1, 1};
  if (a.empty()) a = b;
  if (b.empty()) b = a;
  const auto at = [](Sorted s, double q) {
    return s[static_cast<std::size_t>(q * static_cast<double>(s.size() - 1))];
  };
  double low = std::min(at(a, 0.005), at(b, 0.005)), high = std::max(at(a, 0.995), at(b, 0.995));
  const double least = std::min(a.front(), b.front()), most = std::max(a.back(), b.back());
  const double near = (high - low) / 4;
  if (low - least <= near) low = least;
  if (most - high <= near) high = most;
  if (low < high && std::isfinite(high - low)) return {low, high};
  const double around = std::max(1e-9, std::abs(low) / 2);
  return low < high ? std::pair{low / 2, high / 2} : std::pair{low - around, high + around};
}

}  // namespace

Picture picture(const Sample& reference, const Sample& current, std::size_t bins, std::size_t points) {
  Picture made;
  std::tie(made.low, made.high) = range(finite(reference.sorted()), finite(current.sorted()));
  const auto at = [&](std::size_t i, std::size_t of) {
    return made.low + (made.high - made.low) * static_cast<double>(i) / static_cast<double>(of);
  };
  const auto draw = [&](Sorted sorted, std::vector<double>& shares, std::vector<double>& cdf) {
    double before = 0;
    for (std::size_t i = 1; i <= bins; ++i) {
      const double to = i == bins ? 1 : share_to(sorted, at(i, bins));
      shares.push_back(to - before);
      before = to;
    }
    for (std::size_t i = 0; i < points; ++i) cdf.push_back(share_to(sorted, at(i, points - 1)));
  };
  draw(reference.sorted(), made.reference, made.reference_cdf);
  draw(current.sorted(), made.current, made.current_cdf);
  return made;
}

}  // namespace drover::drift
