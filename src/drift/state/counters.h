#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "base/bytes.h"
#include "base/result.h"
#include "drift/baseline.h"

namespace drover::drift {

/// Which baseline a distribution is: the first 8 bytes of SHA-256 over its edges, ties and slots. Counts at
/// the edges of one must never be added to counts at the edges of another.
std::uint64_t fingerprint(const Distribution& reference);

/// The random number that breaks an observation's tie with an edge, from the observation's own key: whoever
/// counts it, in whatever order, puts it into the same bin.
std::uint32_t tie_of(std::uint64_t seed, std::uint64_t key);

/// How often a feature's values fell into each of the baseline's 64 bins.
///
/// **What is kept**: counts, nothing else; no randomness and no error. `bins` holds every value but the
/// missing ones, NaN as +∞ (as the baseline counts it), so it is what the urn detector can be fed from; NaN
/// and infinities are told apart besides. The distribution function is known at the 63 edges and nowhere
/// between (counter_figures.h gives the bounds that follow).
///
/// **Merging** adds: exact, in any order and any grouping. Adding the same window twice counts it twice: the
/// caller drops repeats by its key (device, epoch, seq) before.
///
/// 560 bytes; adding one value costs a search over 63 edges and allocates nothing.
struct Counters {
  /// Of all counts together: sums stay exact as doubles, and far from overflow.
  static constexpr std::uint64_t kTotalMax = std::uint64_t{1} << 53;

  std::uint64_t reference = 0;  // fingerprint of the baseline
  std::array<std::uint64_t, kBins> bins{};
  std::uint64_t missing = 0, nan = 0, positive_infinite = 0, negative_infinite = 0;
  float min = std::numeric_limits<float>::infinity();   // of the finite values…
  float max = -std::numeric_limits<float>::infinity();  // …min > max when there are none
  bool operator==(const Counters&) const = default;

  static Counters of(const Distribution& reference) { return {.reference = fingerprint(reference)}; }

  /// One value, with `tie` drawn for it or tie_of() its key.
  void add(const Distribution& from, float value, std::uint32_t tie);
  void add_missing() { ++missing; }

  /// Values without the missing ones.
  [[nodiscard]] std::uint64_t count() const;

  /// Whether the counts can be counts: sums within 2^53, min and max those of finite values. Errors:
  /// bad_state.
  [[nodiscard]] Status check() const;

  /// Errors: conflict for counts at another baseline's edges, too_many beyond 2^53 in all; nothing is added.
  Status merge(const Counters& other);

  /// "CNTR" version 1, docs/formats/sketches.md.
  [[nodiscard]] Bytes to_bytes() const;
  /// Errors: bad_state for what does not add up, unsupported for another version.
  static Result<Counters> from_bytes(ByteView bytes);
};

/// Counters of one feature by predicted class, for the classes named beforehand (with the model, so that all
/// devices name the same and windows merge exactly); every other class together. 9.7 KB, where it is asked
/// for.
class ClassCounters {
 public:
  static constexpr std::size_t kTrackedMax = 16;

  /// Errors: too_many for more than 16 classes, invalid_argument for one named twice.
  static Result<ClassCounters> make(const Distribution& reference, std::span<const std::uint32_t> classes);

  void add(std::uint32_t predicted, const Distribution& from, float value, std::uint32_t tie) {
    at(predicted).add(from, value, tie);
  }
  /// Errors: conflict for other classes or another baseline, too_many.
  Status merge(const ClassCounters& other);

  [[nodiscard]] std::span<const std::uint32_t> classes() const { return {classes_.data(), tracked_}; }
  /// Of the i-th of classes(); i = classes().size() is all the others.
  [[nodiscard]] const Counters& counters(std::size_t i) const { return counters_[i]; }
  bool operator==(const ClassCounters&) const = default;

 private:
  ClassCounters() = default;
  Counters& at(std::uint32_t predicted);

  std::size_t tracked_ = 0;
  std::array<std::uint32_t, kTrackedMax> classes_{};
  std::array<Counters, kTrackedMax + 1> counters_{};
};

}  // namespace drover::drift
