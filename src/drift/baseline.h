#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "drift/levels.h"
#include "drift/random.h"

/// Reference distributions made at training time: baseline.json, docs/formats/baseline.md.
namespace drover::drift {

inline constexpr std::size_t kBaselineValuesMin = 200;
inline constexpr std::size_t kBaselineValuesMax = std::size_t{1} << 24;
inline constexpr std::size_t kFeaturesMax = 32;
inline constexpr std::size_t kClassesMax = 4096;
inline constexpr std::size_t kClassesApart = 16;  // whose features are counted apart

/// A place among the baseline's values: the value, and the random number that breaks ties. Ordered as pairs.
struct Edge {
  float value = 0;
  std::uint32_t tie = 0;
  auto operator<=>(const Edge&) const = default;
};

/// Mean and sample deviation of the finite values (Welford's sums); 0 where there are too few.
struct Spread {
  double mean = 0, deviation = 0;
  bool operator==(const Spread&) const = default;
};
Spread spread_of(std::span<const float> values);
Spread spread_of(std::span<const double> values);

/// One feature's reference: edge(j) (j = 1…63 in the formulas, here 0…62) is the r_j-th smallest of `count`
/// values, slots[j] = r_{j+1} − r_j; the slots sum to count + 1. Of four different values or fewer the edges
/// are the first and the last of each (few_values.h). Values and ties stand apart, so that the search for a
/// bin reads the values alone.
struct Distribution {
  std::uint64_t count = 0;    // values without the missing ones; NaN counts among them as +∞
  std::uint64_t missing = 0;  // empty fields
  std::uint64_t nan = 0;
  float min = 0, max = 0;  // of the finite values; 0 when there are none
  Spread spread{};
  /// How far, as a share of `count`, an edge's rank may be from r_j: 0 where the values themselves were
  /// sorted, more where only a sketch of them was kept (state/kll_baseline.h).
  double rank_error = 0;
  std::array<float, kBins - 1> edges{};
  std::array<std::uint32_t, kBins - 1> ties{};
  std::array<std::uint32_t, kBins> slots{};
  bool operator==(const Distribution&) const = default;

  [[nodiscard]] Edge edge(std::size_t j) const { return {edges[j], ties[j]}; }
  void set_edge(std::size_t j, Edge edge) { edges[j] = edge.value, ties[j] = edge.tie; }

  /// The bin of a value: how many edges lie below (value, tie); a bin without slots moves to the next that
  /// has some. `tie` is looked at only when the value equals an edge. NaN is +∞.
  [[nodiscard]] std::size_t bin(float value, std::uint32_t tie) const;
  /// The same with the tie-breaking number drawn only where the value equals an edge.
  std::size_t bin(float value, SplitMix& random) const;

  /// A lower bound of the share that the commonest value has: 0 where no two edges are equal.
  [[nodiscard]] double commonest_share() const;
};

/// Edges and slots of `values` (200 to 2^24 of them, else invalid_argument). Equal seeds give equal results
/// on every machine: ties are broken by SplitMix64 from `seed`, one number a value in the order given.
Result<Distribution> make_distribution(std::span<const float> values, std::uint64_t missing,
                                       std::uint64_t seed);

struct Baseline {
  static constexpr int kSchema = 1;
  std::uint64_t seed = 0;
  std::map<std::string, Distribution> features;
  std::vector<std::string> order;  // the features as record() gives their values
  std::optional<Distribution> confidence;
  std::map<std::string, std::uint64_t> classes;  // how often each was predicted
  /// Of the commonest classes, at most 16: how often each feature, as in `order`, fell into each bin.
  std::map<std::string, std::vector<std::array<std::uint32_t, kBins>>> by_class;
  bool operator==(const Baseline&) const = default;
};

/// Errors: bad_json with the place, too_large, too_many, unsupported for a newer schema.
Result<Baseline> parse_baseline(std::string_view json);
/// Features by name; floats as their shortest exact decimal; equal baselines give equal bytes.
std::string to_json(const Baseline& baseline);

}  // namespace drover::drift
