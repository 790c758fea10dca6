#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace drover::drift {

/// What an inference said, until its label comes.
struct Prediction {
  std::uint64_t id = 0;  // the inference id that record() gave
  std::uint64_t model =
      0;  // whatever names the version: counts go under the inference's, not the current one
  float confidence = 0;
  std::uint32_t predicted = 0;
};

/// Joins labels, late and out of order, to the inferences they belong to, by id.
///
/// Remembers the last `capacity` inferences (65 536: 2.6 MB), the oldest making room for the newest; all
/// memory is taken at the start. A label joins once: delivered again it is `repeated`; for an inference that
/// was forgotten, never seen or not yet seen it is `unknown`. Joined pairs come in the labels' order of
/// arrival.
class LabelJoin {
 public:
  static constexpr std::size_t kCapacity = 65536;
  explicit LabelJoin(std::size_t capacity = kCapacity);

  /// An id seen before (and still remembered) is taken for the same inference: false, and nothing changes.
  bool add(const Prediction& prediction);

  enum class Outcome : std::uint8_t { joined, repeated, unknown };
  struct Joined {
    Outcome outcome = Outcome::unknown;
    Prediction prediction{};  // set when joined
    bool correct = false;
  };
  Joined label(std::uint64_t id, std::uint32_t truth);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Whether every `model` that is remembered is less than this.
  [[nodiscard]] bool models_below(std::uint64_t bound) const;

  /// All that is remembered, the oldest first: "LJON" version 1, docs/formats/detector.md. 25 bytes an
  /// inference, 1.6 MB when full.
  [[nodiscard]] Bytes checkpoint() const;
  /// Takes what a table of the same capacity remembered, in place of its own, or refuses it and stays as it
  /// is. Errors: too_large for more bytes than so many inferences take, bad_state, unsupported.
  Status restore(ByteView state);

 private:
  struct Entry {
    Prediction prediction;
    std::uint8_t labelled = 0;

    void each_field(this auto& self, auto visit) {
      visit(self.prediction.id), visit(self.prediction.model), visit(self.prediction.confidence);
      visit(self.prediction.predicted), visit(self.labelled);
    }
  };
  static constexpr std::uint32_t kNone = 0xffffffff;

  [[nodiscard]] std::size_t home(std::uint64_t id) const;
  [[nodiscard]] std::size_t find(std::uint64_t id) const;
  void forget(std::uint64_t id);
  [[nodiscard]] std::size_t oldest() const { return size_ == entries_.size() ? next_ : 0; }

  std::vector<Entry> entries_;        // a circle, next_ the oldest once it is full
  std::vector<std::uint32_t> index_;  // open addressing with linear probing: places in entries_
  std::size_t size_ = 0, next_ = 0;
};

}  // namespace drover::drift
