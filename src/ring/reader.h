#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/digest.h"
#include "ring/mapping.h"
#include "ring/record.h"

namespace drover::ring {

/// What one drain found besides records.
struct Drained {
  std::uint64_t records = 0;  // given to the sink
  std::uint64_t dropped = 0;  // that writers dropped for want of room, since the last drain
  std::uint64_t bad = 0;      // records that no well-behaved writer writes, and lanes with impossible counts
  /// Of each process that went without a goodbye, the version that it had taken up; all 0 = none known.
  std::vector<Digest> deaths;

  Drained& operator+=(const Drained& other);
};

/// A writer that holds a lane.
struct Writing {
  std::uint32_t pid = 0;  // in its own namespace
  Digest digest;          // the version that it has taken up; all 0 = none
};

/// Takes records out of a ring. Every word in the ring is a writer's claim, possibly a hostile one's: a
/// record is copied out before it is looked at, counts are bounded by the shape that the mapping checked
/// when it was made, and a lane can cost at most its own slots a drain.
class Reader {
 public:
  using Sink = std::function<void(const Record&)>;
  /// Whether the owner of a lane lives (ring/owner.h); tests replace it.
  using Alive = std::function<bool(std::uint64_t owner)>;

  /// `mapping` outlives it, or is moved.
  explicit Reader(const Mapping& mapping);
  Reader(Region region, Alive alive);

  /// Every record that is complete, lane after lane, in a lane in the order of writing. Lanes of writers that
  /// died are drained and given back.
  Drained drain(const Sink& sink);
  /// Who holds a lane now.
  [[nodiscard]] std::vector<Writing> writers() const;

 private:
  Drained drain_lane(std::uint32_t lane, const Sink& sink);

  Region region_;
  Alive alive_;
};

}  // namespace drover::ring
