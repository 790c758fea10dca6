#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drift/baseline.h"

namespace drover::drift {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// SplitMix64 (Steele, Lea, Flood 2014; public domain code by Vigna): the same numbers on every machine.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
  }

 private:
  std::uint64_t state_;
};

std::vector<Edge> sorted(std::span<const float> values, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<Edge> pairs;
  pairs.reserve(values.size());
  for (const float value : values) pairs.push_back({std::isnan(value) ? kInfinity : value, random.next()});
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

bool below(const Edge& edge, float value, std::uint32_t tie) {
  return edge.value < value || (edge.value == value && edge.tie < tie);
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
  if (std::isnan(value)) value = kInfinity;
  const auto edge = std::ranges::partition_point(
      edges, [&](const Edge& candidate) { return below(candidate, value, tie); });
  auto at = static_cast<std::size_t>(edge - edges.begin());
  while (at + 1 < kBins && slots[at] == 0) ++at;
  return at;
}

}  // namespace drover::drift
