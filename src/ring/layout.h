#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "ring/record.h"

namespace drover::ring {

/// The file NAME.ring: one RingHeader in the first page, then `lanes` lanes, each a LaneHeader and
/// `records` slots. Documented in docs/formats/ring.md; change a field and kLayoutVersion changes.
inline constexpr std::array<char, 8> kMagic = {'D', 'R', 'O', 'V', 'R', 'I', 'N', 'G'};
inline constexpr std::uint32_t kLayoutVersion = 2;
inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kLineBytes = 64;
inline constexpr std::size_t kSlotBytes = 256;
inline constexpr std::uint32_t kLanesMax = 256;
inline constexpr std::uint32_t kRecordsMax = 1 << 16;

/// How large a ring is. `records` is a power of two.
struct Shape {
  std::uint32_t lanes = 16;
  std::uint32_t records = 1024;  // a lane

  bool operator==(const Shape&) const = default;
  [[nodiscard]] std::size_t lane_bytes() const;
  [[nodiscard]] std::size_t file_bytes() const { return kPageBytes + lanes * lane_bytes(); }
  /// Whether both are within their bounds.
  [[nodiscard]] bool holds() const;
};

struct RingHeader {
  std::array<char, 8> magic = kMagic;
  std::uint32_t layout_version = kLayoutVersion;
  std::uint32_t record_bytes = sizeof(Record);
  std::uint32_t slot_bytes = kSlotBytes;
  std::uint32_t lanes = 0;
  std::uint32_t records = 0;
  std::atomic<std::uint32_t> retired = 0;  // the agent put another file in this one's place
};

/// `head` and `tail` count records since the file was made and never go back, so a lane passes from one
/// writer to the next as it stands, with what is not yet drained in it.
struct LaneHeader {
  // Written when a writer comes, goes or changes its model.
  alignas(kLineBytes) std::atomic<std::uint64_t> owner = 0;  // ring/owner.h; 0 = nobody's
  std::array<std::atomic<std::uint64_t>, 4> hello = {};      // digest of the version that it has taken up
  std::atomic<std::uint32_t> pid = 0;                        // as the writer sees itself; for people only
  // Written by the writer at each record.
  alignas(kLineBytes) std::atomic<std::uint64_t> head = 0;
  std::atomic<std::uint64_t> dropped = 0;
  // Written by the agent.
  alignas(kLineBytes) std::atomic<std::uint64_t> tail = 0;
  std::atomic<std::uint64_t> dropped_seen = 0;
};
static_assert(sizeof(LaneHeader) == 3 * kLineBytes && sizeof(RingHeader) == 32);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

struct alignas(kLineBytes) Slot {
  Record record;
};
static_assert(sizeof(Slot) == kSlotBytes);

inline std::size_t Shape::lane_bytes() const { return sizeof(LaneHeader) + records * kSlotBytes; }
inline bool Shape::holds() const {
  return lanes >= 1 && lanes <= kLanesMax && records >= 2 && records <= kRecordsMax &&
         (records & (records - 1)) == 0;
}

}  // namespace drover::ring
