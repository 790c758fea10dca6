#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "drift/baseline.h"
#include "drift/random.h"

/// A fleet's merged counts through one device's detector.
namespace drover::drift {

/// Counted observations, one after another in seeded random order: drawn without replacement, every order of
/// the observations equally likely. The order depends on the counts and the seed alone, so it is the same
/// however the counts were merged, and on every machine.
///
/// **Why this is valid.** Exact mode assumes exchangeability while nothing has changed: of exchangeable
/// observations every order is as likely as another, so P(any alarm, ever) ≤ α holds for the shuffled order
/// as for the true one, and for any prefix of it. Windows that follow one another in time may be replayed one
/// by one, each shuffled in itself. Tolerant mode keeps its guarantee where each observation is independent
/// of the others given its own law and that law is within ε of the baseline's; a stream whose law wanders *in
/// answer to its own past* is covered only in its true order.
class Replay {
 public:
  Replay(const std::array<std::uint64_t, kBins>& bins, std::uint64_t seed);
  /// The next observation's bin; nothing when all have been given.
  std::optional<std::size_t> next();
  [[nodiscard]] std::uint64_t left() const { return left_; }

 private:
  std::array<std::uint64_t, kBins> bins_;
  std::uint64_t left_ = 0;
  SplitMix random_;
};

/// Feeds an Urn or a TolerantUrn with at most `observations_max` of the counts. What it saw until the first
/// alarm, that observation included, or nothing. The detector goes on from where it was: counts of several
/// windows are replayed by several calls.
template <class Mode>
std::optional<std::uint64_t> replay(
    Mode& urn, const std::array<std::uint64_t, kBins>& bins, std::uint64_t seed,
    std::uint64_t observations_max = std::numeric_limits<std::uint64_t>::max()) {
  Replay order(bins, seed);
  for (std::uint64_t given = 0; given < observations_max; ++given) {
    const auto bin = order.next();
    if (!bin) break;
    if (urn.update(*bin)) return urn.seen();
  }
  return std::nullopt;
}

}  // namespace drover::drift
