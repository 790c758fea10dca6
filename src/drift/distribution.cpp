#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drift/baseline.h"

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

/// r_j = min(m, round-half-up(u_j·(m+1))), r_0 = 0, r_64 = m+1.
std::array<std::uint64_t, kBins + 1> ranks(std::uint64_t m) {
  std::array<std::uint64_t, kBins + 1> r{};
  for (std::size_t j = 1; j < kBins; ++j)
    r[j] =
        std::min(m, static_cast<std::uint64_t>(std::floor(levels().u[j] * static_cast<double>(m + 1) + 0.5)));
  r[kBins] = m + 1;
  return r;
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
}

/// How many edges' values lie below `value`: of every eighth first, then of the seven behind them. The 14
/// comparisons wait for one another only once, and no branch depends on the data.
std::size_t below(const std::array<Edge, kBins - 1>& edges, float value) {
  constexpr std::size_t kStep = 8;
  std::size_t at = 0;
  for (std::size_t i = kStep - 1; i < kBins - 1; i += kStep) at += edges[i].value < value ? kStep : 0;
  const Edge* const inner = &edges[at];
  std::size_t more = 0;
  for (std::size_t i = 0; i + 1 < kStep; ++i) more += inner[i].value < value;
  return at + more;
}

/// `tie` is called only where the value equals an edge.
std::size_t place(const Distribution& in, float value, auto tie) {
  if (std::isnan(value)) value = kInfinity;
  std::size_t at = below(in.edges, value);
  if (at + 1 < kBins && in.edges[at].value == value) {
    const std::uint32_t own = tie();
    while (at + 1 < kBins && in.edges[at].value == value && in.edges[at].tie < own) ++at;
  }
  while (at + 1 < kBins && in.slots[at] == 0) ++at;
  return at;
}

}  // namespace

Result<Distribution> make_distribution(std::span<const float> values, std::uint64_t missing,
                                       std::uint64_t seed) {
  if (values.size() < kBaselineValuesMin || values.size() > kBaselineValuesMax)
    return fail(Code::invalid_argument, fmt::format("a baseline needs {} to {} values, here are {}",
                                                    kBaselineValuesMin, kBaselineValuesMax, values.size()));
  Distribution made{.count = values.size(), .missing = missing};
  summarise(values, made);
  const std::vector<Edge> pairs = sorted(values, seed);
  const auto r = ranks(values.size());
  for (std::size_t j = 1; j < kBins; ++j)
    made.edges[j - 1] = r[j] == 0 ? Edge{-kInfinity, 0} : pairs[r[j] - 1];
  for (std::size_t j = 0; j < kBins; ++j) made.slots[j] = static_cast<std::uint32_t>(r[j + 1] - r[j]);
  return made;
}

std::size_t Distribution::bin(float value, std::uint32_t tie) const {
  return place(*this, value, [tie] { return tie; });
}

std::size_t Distribution::bin(float value, SplitMix& random) const {
  return place(*this, value, [&random] { return random.next_32(); });
}

}  // namespace drover::drift
