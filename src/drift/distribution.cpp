#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "drift/baseline.h"
#include "drift/few_values.h"
#include "drift/lanes.h"
#include "drift/place_edges.h"

namespace drover::drift {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<Edge> sorted(std::span<const float> values, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<Edge> pairs;
  pairs.reserve(values.size());
  for (const float value : values) pairs.push_back({std::isnan(value) ? kInfinity : value, random.next_32()});
  std::ranges::sort(pairs, [](const Edge& a, const Edge& b) {
    return a.value != b.value ? a.value < b.value : a.tie < b.tie;
  });
  return pairs;
}

/// How often each value occurs where there are few, else nothing.
std::vector<std::uint64_t> counts_of_few(std::span<const Edge> sorted) {
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i].value != sorted[i - 1].value) counts.push_back(0);
    if (counts.size() > kFewValues) return {};
    ++counts.back();
  }
  return counts;
}

void summarise(std::span<const float> values, Distribution& into) {
  float low = kInfinity, high = -kInfinity;
  for (const float value : values) {
    if (std::isnan(value)) ++into.nan;
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low <= high) into.min = low, into.max = high;
  into.spread = spread_of(values);
}

/// In each of eight lanes −1 where the edge lies below `value`, else 0.
[[gnu::always_inline]] inline void compare(const float* edges, float value, IntLanes& below) {
  FloatLanes eight;
  std::memcpy(&eight, edges, sizeof eight);
  below = eight < value;
}

/// How many of the 63 edges lie below `value`: all are compared, eight at a time, which takes less time than
/// comparisons that wait for one another. The last eight begin with one that was counted.
[[gnu::always_inline]] inline std::size_t below_of(const float* edges, float value) {
  constexpr std::size_t kStep = 2 * kLanes, kLast = kBins - 1 - kStep;
  constexpr IntLanes kNew = {0, -1, -1, -1, -1, -1, -1, -1};
  static_assert(kLast % kStep == kStep - 1);
  IntLanes count, more;
  compare(edges + kLast, value, count);
  count &= kNew;
  for (std::size_t j = 0; j < kLast; j += kStep) compare(edges + j, value, more), count += more;
  return static_cast<std::size_t>(-__builtin_reduce_add(count));
}

#if DROVER_HAS_WIDE_LANES
[[gnu::target("avx2")]] std::size_t below_wide(const float* edges, float value) {
  return below_of(edges, value);
}
#endif

std::size_t below(const float* edges, float value) {
#if DROVER_HAS_WIDE_LANES
  if (kHasWideLanes) return below_wide(edges, value);
#endif
  return below_of(edges, value);
}

template <class Number>
Spread spread(std::span<const Number> values) {
  double n = 0, mean = 0, squares = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const double before = mean;
    n += 1, mean += (value - mean) / n;
    squares += (value - before) * (value - mean);
  }
  return {mean, n > 1 ? std::sqrt(squares / (n - 1)) : 0};
}

/// `tie` is called only where the value equals an edge.
std::size_t place(const Distribution& in, float value, auto tie) {
  if (std::isnan(value)) value = kInfinity;
  std::size_t at = below(in.edges.data(), value);
  if (at + 1 < kBins && in.edges[at] == value) {
    const std::uint32_t own = tie();
    while (at + 1 < kBins && in.edges[at] == value && in.ties[at] < own) ++at;
  }
  while (at + 1 < kBins && in.slots[at] == 0) ++at;
  return at;
}

}  // namespace

Spread spread_of(std::span<const float> values) { return spread(values); }
Spread spread_of(std::span<const double> values) { return spread(values); }

Result<Distribution> make_distribution(std::span<const float> values, std::uint64_t missing,
                                       std::uint64_t seed) {
  if (values.size() < kBaselineValuesMin || values.size() > kBaselineValuesMax)
    return fail(Code::invalid_argument, fmt::format("a baseline needs {} to {} values, here are {}",
                                                    kBaselineValuesMin, kBaselineValuesMax, values.size()));
  Distribution made{.count = values.size(), .missing = missing};
  summarise(values, made);
  const std::vector<Edge> pairs = sorted(values, seed);
  const auto few = counts_of_few(pairs);
  place_edges(made, few.empty() ? ranks_at_levels(values.size()) : ranks_of_few(few),
              [&](std::uint64_t rank) { return pairs[rank - 1]; });
  return made;
}

std::size_t Distribution::bin(float value, std::uint32_t tie) const {
  return place(*this, value, [tie] { return tie; });
}

std::size_t Distribution::bin(float value, SplitMix& random) const {
  return place(*this, value, [&random] { return random.next_32(); });
}

/// Equal edges i … k are the r_i-th to the r_k-th value, and all between them.
double Distribution::commonest_share() const {
  std::uint64_t rank = 0, first = 0, most = 0;
  for (std::size_t j = 0; j < edges.size(); ++j) {
    rank += slots[j];
    if (j == 0 || edges[j] != edges[j - 1]) first = rank;
    if (rank > first) most = std::max(most, rank - first + 1);
  }
  return count == 0 ? 0 : static_cast<double>(most) / static_cast<double>(count);
}

}  // namespace drover::drift
