#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "drift/random.h"

namespace drover::drift {

inline constexpr std::size_t kKllK = 200, kKllLevelMin = 8;

/// How many values the d-th level from the top of a KLL sketch holds before it is compacted: 200·(2/3)^d, at
/// least 8.
constexpr std::size_t kll_level_capacity(std::size_t from_top) {
  double capacity = kKllK;
  for (; from_top > 0; --from_top) capacity *= 2.0 / 3;
  return std::max(kKllLevelMin, static_cast<std::size_t>(capacity + 0.5));
}
constexpr std::size_t kll_capacity(std::size_t levels) {
  return levels == 0 ? 0 : kll_level_capacity(levels - 1) + kll_capacity(levels - 1);
}

/// A KLL quantile sketch (Karnin, Lang, Liberty, FOCS 2016, arXiv 1603.05346) with k = 200: a sample of a
/// stream from which a new baseline can be made.
///
/// **What is kept.** Levels of values; one at level h stands for 2^h of the stream. A full level is sorted
/// and every other value of it, the even or the odd ones by a random bit, moves up. A rank's error is thus a
/// sum of independent terms of mean 0.
///
/// **Error.** rank(x), the estimated share of values ≤ x, is within 1.33 % of the true share with confidence
/// 99 %, for any one x and a stream of any length (kRankError; a test measures it). For all x at once allow
/// 1.65 % (kRankErrorEverywhere). Exact while nothing has been compacted (rank_error() is then 0). No bound
/// on the error in x itself can be given. Merged sketches keep these errors; the bits of a merged sketch
/// depend on the order of merging, its error does not.
///
/// NaN is +∞, as in the baseline. Equal seeds and streams give equal sketches on every machine. Bounded: at
/// most kItemsMax values, 3.2 KB; beyond 2^39 values the sketch stands still. Nothing is allocated.
class Kll {
 public:
  static constexpr std::size_t kLevelsMax = 32;
  static constexpr std::uint64_t kCountMax = std::uint64_t{1} << 39;
  static constexpr double kRankError = 0.0133, kRankErrorEverywhere = 0.0165;

  static constexpr std::size_t kItemsMax = kll_capacity(kLevelsMax);

  explicit Kll(std::uint64_t seed);

  void add(float value);
  /// Takes in all that another sketch stands for. Error: too_many beyond 2^39 values.
  Status merge(const Kll& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }  // of the stream
  [[nodiscard]] std::size_t retained() const { return bounds_[levels_] - bounds_[0]; }
  /// The share of values ≤ x, or 0 when there are none.
  [[nodiscard]] double rank(float x) const;
  /// The smallest kept value whose rank is at least q in [0, 1]; NaN when there are none.
  [[nodiscard]] float quantile(double q) const;
  /// 0 while every value is still kept, else `everywhere` or at one place at 99 %.
  [[nodiscard]] double rank_error(bool everywhere) const {
    return levels_ == 1 ? 0 : everywhere ? kRankErrorEverywhere : kRankError;
  }

  struct Item {
    float value;
    std::uint64_t weight;
  };
  using Items = std::array<Item, kItemsMax>;
  /// The kept values in ascending order, written into `room`.
  std::span<const Item> sorted(Items& room) const;

  /// "KLLF" version 1, docs/formats/sketches.md.
  [[nodiscard]] Bytes to_bytes() const;
  /// Errors: bad_state for what does not add up, unsupported for another version.
  static Result<Kll> from_bytes(ByteView bytes);
  /// No valid sketch has more bytes.
  static constexpr std::size_t kBytesMax = 4 + 4 + 8 + 8 + 1 + 2 * kLevelsMax + 4 * kItemsMax;

  bool operator==(const Kll& other) const;

 private:
  std::span<float> level(std::size_t h) {
    return {items_.data() + bounds_[h], bounds_[h + 1] - std::size_t{bounds_[h]}};
  }
  [[nodiscard]] std::span<const float> level(std::size_t h) const {
    return {items_.data() + bounds_[h], bounds_[h + 1] - std::size_t{bounds_[h]}};
  }
  void add_level();
  void insert(std::size_t h, float value);
  void make_room();
  void compact(std::size_t h);
  Status check() const;

  std::uint64_t count_ = 0;
  SplitMix random_;
  std::uint8_t levels_ = 1;
  std::array<std::uint16_t, kLevelsMax + 1>
      bounds_{};                          // level h is items_[bounds_[h]…bounds_[h + 1]), all at the end
  std::array<float, kItemsMax> items_{};  // level 0 in any order, the others ascending
};

/// Two sketches' distance, and whether it is more than chance and sketching explain.
///
/// reject ⇔ D > √(−½·ln(α/2))·√((n + m)/(n·m)) + ε₁ + ε₂, with the *counts* n and m of the streams, not the
/// values kept, and ε the sketches' rank errors everywhere. The first term is the asymptotic two-sample
/// critical value (Smirnov 1939), each ε holds with 99 %: false alarms at most α + 2 % (in practice far
/// fewer: the errors are seldom both at their bound). Without the ε nearly every comparison of long streams
/// would reject.
struct SketchKs {
  double distance = 0, threshold = 0;
  [[nodiscard]] bool reject() const { return distance > threshold; }
};
/// Errors: invalid_argument for an empty sketch or α outside (0, 1).
Result<SketchKs> sketch_ks(const Kll& a, const Kll& b, double alpha);

}  // namespace drover::drift
