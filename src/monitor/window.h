#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "drift/state/counters.h"
#include "drift/state/dd_sketch.h"
#include "monitor/scheme.h"
#include "ring/record.h"

namespace drover::monitor {

/// What is counted of every column, at the baseline's edges.
struct Columns {
  std::vector<drift::Counters> features;  // as Scheme::features()
  std::optional<drift::Counters> confidence;
  bool operator==(const Columns&) const = default;

  /// All zero.
  static Columns of(const Scheme& scheme);
  void add(const Scheme& scheme, const ring::Record& record);
  /// Errors: conflict, too_many; then it is half merged.
  Status merge(const Columns& other);
};

/// What the inferences of one version on one device, or on many, were in a span of time: whole numbers and
/// nothing else, so that **merging is exact addition**, in any order and any grouping. Sums of confidences
/// and latencies are whole numbers too (2^-32, nanoseconds).
///
/// A window is known by (device, epoch, seq) where it travels: merging the same one twice counts it twice.
struct Window {
  std::uint64_t scheme = 0;               // Scheme::fingerprint()
  std::int64_t begin_ms = 0, end_ms = 0;  // of the device's clock since 1970: [begin, end), 0 ≤ begin ≤ end
  std::uint64_t windows = 1;              // of devices, merged here
  std::array<std::uint64_t, ring::kOutcomes> outcomes{};  // by ring::Outcome
  std::uint64_t labelled = 0, right = 0;  // labels that came in this window, and those that agreed
  std::uint64_t dropped = 0, bad = 0;     // records that found no room, or were nonsense
  std::uint64_t deaths = 0;               // applications that went without a goodbye
  std::vector<std::uint64_t> classes;     // predictions by class index; the last: other classes
  std::uint64_t confident = 0;            // inferences that told a confidence…
  std::uint64_t confidence_sum = 0;       // …and the sum of them, in 2^-32
  std::uint64_t latency_sum_ns = 0;
  drift::DdSketch latency_ns;
  Columns all;
  std::vector<Columns> parts;  // the same by predicted class, as Scheme::parts(); empty once dropped
  bool operator==(const Window&) const = default;

  static Window of(const Scheme& scheme, std::int64_t begin_ms, std::int64_t end_ms);

  /// One inference's record, checked by ring::is_valid().
  void add(const Scheme& by, const ring::Record& record);
  void add_label(bool is_right) { ++labelled, right += is_right ? 1 : 0; }

  /// The span becomes the smallest that holds both. Errors: conflict for another scheme, too_many beyond
  /// 2^53; nothing is added.
  Status merge(const Window& other);
  void drop_parts() { parts.clear(); }
  /// What is left for spans that do not ask for classes: less than a tenth of the memory.
  [[nodiscard]] Window without_parts() const;

  [[nodiscard]] std::uint64_t inferences() const;
  [[nodiscard]] std::uint64_t failures() const { return inferences() - outcomes[0]; }
};

}  // namespace drover::monitor
