#pragma once

#include <cstring>

#include "ring/mapping.h"

namespace drover::ring {

/// The steps of writing one record, in order: tests kill a writer at each.
enum class Step { room_seen, half_written, written, published };

/// Where the one writer of a lane stands in it.
struct Cursor {
  std::uint32_t lane = 0;
  std::uint64_t head = 0;
  std::uint64_t tail = 0;  // as last seen: the lane has at least this much room
};

/// Writes the record into the cursor's lane and shows it to the reader, or returns false when the lane is
/// full. Only the lane's writer may call it. A writer that dies before `published` has lost this record and
/// no other: its slot is beyond the head, and the next writer of the lane writes over it.
template <class AtStep>
bool append(const Region& region, Cursor& cursor, const Record& record, AtStep&& at_step) {
  LaneHeader& lane = region.lane(cursor.lane);
  if (cursor.head - cursor.tail >= region.shape().records) {
    cursor.tail = lane.tail.load(std::memory_order_acquire);
    if (cursor.head - cursor.tail >= region.shape().records) return false;
  }
  at_step(Step::room_seen);
  auto* slot = reinterpret_cast<std::byte*>(&region.slot(cursor.lane, cursor.head));
  const auto* bytes = reinterpret_cast<const std::byte*>(&record);
  std::memcpy(slot, bytes, kRecordHeadBytes);
  at_step(Step::half_written);
  std::memcpy(slot + kRecordHeadBytes, bytes + kRecordHeadBytes, record.feature_count * sizeof(float));
  at_step(Step::written);
  lane.head.store(++cursor.head, std::memory_order_release);
  at_step(Step::published);
  return true;
}

}  // namespace drover::ring
