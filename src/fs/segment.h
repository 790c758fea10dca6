#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace drover::fs {

/// A record of a segment: bytes of the log's owner under a number. The note is what the owner wants to find
/// again in the newest record, whatever became of the ones before it.
struct SegmentRecord {
  std::uint64_t seq = 0;
  UnixTime at{};  // 0: not known
  ByteView note = {};
  ByteView payload = {};
};

inline constexpr std::string_view kSegmentMagic = "DRVSEG1\n";
inline constexpr std::uint64_t kSeqMax = 1ULL << 53;  // from 1; what every JSON reader keeps exactly
inline constexpr std::size_t kRecordHeadBytes = 40;
inline constexpr std::size_t kNoteBytesMax = 16 << 10;
inline constexpr std::size_t kPayloadBytesMax = 1 << 20;

/// Appends the record as it stands in a segment: docs/formats/spool.md.
void put_record(Bytes& out, const SegmentRecord& record);

struct SegmentContent {
  std::vector<SegmentRecord> records = {};  // views into the bytes that were read, numbers ascending
  std::size_t whole = 0;                    // where the last of them ends, or the magic
};

/// Whatever the bytes are: the records whose checksums hold and whose numbers ascend. What is damaged between
/// them is passed over, in time linear in the length.
SegmentContent read_segment(ByteView bytes);

inline constexpr std::size_t kSegmentBeginBytes = kSegmentMagic.size() + kRecordHeadBytes;
/// The time of a segment's first record, from its first kSegmentBeginBytes bytes; 0 where it is not known.
UnixTime time_of_first(ByteView begin);

}  // namespace drover::fs
