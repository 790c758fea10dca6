#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/ids.h"

namespace drover::lifecycle {

/// A bundle that the device took back and does not run again by itself.
struct Quarantined {
  Digest digest;
  Version version;
  std::uint64_t order = 0;  // the assignment under which it was taken back; 0 on a standalone device
  Code reason = Code::internal;
  std::string message;
  bool operator==(const Quarantined&) const = default;
};
inline constexpr std::size_t kQuarantineMax = 64;

/// Adds one, or renews it; the oldest goes when there are too many.
void add(std::vector<Quarantined>& quarantine, Quarantined entry);
/// The entry that forbids `digest` under `order`, or nullptr. A higher order lifts it: somebody decided
/// again, knowing of the rollback. A standalone device has no orders, so there only another version or a
/// person helps.
const Quarantined* forbids(const std::vector<Quarantined>& quarantine, const Digest& digest,
                           std::uint64_t order);
/// Whether there was one.
bool remove(std::vector<Quarantined>& quarantine, const Digest& digest);

}  // namespace drover::lifecycle
