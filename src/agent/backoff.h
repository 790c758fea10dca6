#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace drover::agent {

/// Uniform in [0, bound): base/random.h's, or a test's.
using RandomBelow = std::function<std::uint64_t(std::uint64_t bound)>;

/// How long to wait before the next try: doubled each time up to a limit, of which the upper half is drawn by
/// chance, so that a fleet whose server comes back does not come back at once.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, RandomBelow random)
      : first_(first), longest_(longest), random_(std::move(random)) {}

  /// `at_least`: what the peer asked for; a chance's worth more of it, since others were told the same.
  std::chrono::milliseconds next(std::chrono::milliseconds at_least = std::chrono::milliseconds(0));
  void reset() { tries_ = 0; }
  [[nodiscard]] int tries() const { return tries_; }

 private:
  std::chrono::milliseconds first_, longest_;
  RandomBelow random_;
  int tries_ = 0;
};

/// `period`, up to the share `jitter` of it shorter or longer.
std::chrono::milliseconds jittered(std::chrono::milliseconds period, double jitter,
                                   const RandomBelow& random);

}  // namespace drover::agent
