#pragma once

#include <vector>

#include "base/clock.h"

namespace drover::agent {

constexpr Monotonic kNever = Monotonic::max();

/// A part of the agent's one loop: it says what it waits for, and does what is due without ever blocking.
class Part {
 public:
  virtual ~Part() = default;
  /// Adds the descriptors whose becoming readable makes pump() due.
  virtual void descriptors(std::vector<int>& /*into*/) const {}
  /// When pump() is due at the latest, by the monotonic clock.
  [[nodiscard]] virtual Monotonic due() const { return kNever; }
  /// Does what is due; called after every wait, also when nothing is.
  virtual void pump() = 0;
};

}  // namespace drover::agent
