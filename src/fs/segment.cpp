#include "fs/segment.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/assert.h"
#include "base/crc32.h"

namespace drover::fs {
namespace {

// Its first byte stands in no UTF-8, so no JSON looks like a record.
constexpr std::array<std::uint8_t, 4> kMarker = {0xF5, 'R', 'E', 'C'};
constexpr UnixTime kTimeMax{std::chrono::seconds(std::int64_t{1} << 40)};
constexpr std::size_t kHeadSummed = kRecordHeadBytes - 4;

void put(Bytes& out, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t get(ByteView bytes, std::size_t at, int width) {
  std::uint64_t value = 0;
  for (int i = 0; i < width; ++i) value |= std::uint64_t{bytes[at + static_cast<std::size_t>(i)]} << (8 * i);
  return value;
}

struct Head {
  std::uint64_t seq = 0;
  UnixTime at{};
  std::size_t note_bytes = 0, payload_bytes = 0;
  std::uint32_t sum = 0;
};

std::optional<Head> read_head(ByteView bytes) {
  if (bytes.size() < kRecordHeadBytes || !std::ranges::equal(bytes.first(kMarker.size()), kMarker) ||
      crc32(bytes.first(kHeadSummed)) != get(bytes, kHeadSummed, 4))
    return std::nullopt;
  Head head{.seq = get(bytes, 12, 8),
            .at = UnixTime(std::chrono::seconds(static_cast<std::int64_t>(get(bytes, 20, 8)))),
            .note_bytes = get(bytes, 8, 4),
            .payload_bytes = get(bytes, 4, 4),
            .sum = static_cast<std::uint32_t>(get(bytes, 28, 4))};
  const bool plausible = head.note_bytes <= kNoteBytesMax && head.payload_bytes <= kPayloadBytesMax &&
                         head.seq >= 1 && head.seq <= kSeqMax && head.at >= UnixTime{} && head.at <= kTimeMax;
  return plausible ? std::optional(head) : std::nullopt;
}

/// Where a record may begin, at `from` or behind it.
std::size_t next_marker(ByteView bytes, std::size_t from) {
  const auto found = std::ranges::search(bytes.subspan(from), kMarker);
  return from + static_cast<std::size_t>(found.begin() - bytes.subspan(from).begin());
}

}  // namespace

void put_record(Bytes& out, const SegmentRecord& record) {
  DROVER_ASSERT(record.note.size() <= kNoteBytesMax && record.payload.size() <= kPayloadBytesMax);
  DROVER_ASSERT(record.seq >= 1 && record.seq <= kSeqMax);
  const std::size_t begin = out.size();
  out.insert(out.end(), kMarker.begin(), kMarker.end());
  put(out, record.payload.size(), 4);
  put(out, record.note.size(), 4);
  put(out, record.seq, 8);
  put(out, static_cast<std::uint64_t>(std::clamp(record.at, UnixTime{}, kTimeMax).time_since_epoch().count()),
      8);
  Bytes body(record.note.begin(), record.note.end());
  body.insert(body.end(), record.payload.begin(), record.payload.end());
  put(out, crc32(body), 4);
  put(out, 0, 4);
  put(out, crc32(ByteView(out).subspan(begin)), 4);
  out.insert(out.end(), body.begin(), body.end());
}

UnixTime time_of_first(ByteView begin) {
  if (begin.size() < kSegmentBeginBytes) return {};
  const auto head = read_head(begin.subspan(kSegmentMagic.size()));
  return head ? head->at : UnixTime{};
}

SegmentContent read_segment(ByteView bytes) {
  SegmentContent content;
  std::size_t at = 0;
  if (as_text(bytes).starts_with(kSegmentMagic)) content.whole = at = kSegmentMagic.size();
  while (true) {
    at = next_marker(bytes, at);
    if (at == bytes.size()) return content;
    const auto head = read_head(bytes.subspan(at));
    if (!head) {
      ++at;
      continue;
    }
    // A head that holds is believed, so that nothing is summed twice.
    const ByteView body = bytes.subspan(at + kRecordHeadBytes);
    const std::size_t body_bytes = head->note_bytes + head->payload_bytes;
    if (body_bytes > body.size()) return content;
    at += kRecordHeadBytes + body_bytes;
    const bool ascends = content.records.empty() || head->seq > content.records.back().seq;
    if (!ascends || crc32(body.first(body_bytes)) != head->sum) continue;
    content.records.push_back({.seq = head->seq,
                               .at = head->at,
                               .note = body.first(head->note_bytes),
                               .payload = body.subspan(head->note_bytes, head->payload_bytes)});
    content.whole = at;
  }
}

}  // namespace drover::fs
