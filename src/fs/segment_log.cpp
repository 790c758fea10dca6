#include "fs/segment_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "fs/segment_name.h"

namespace drover::fs {
namespace {

constexpr std::uint64_t kSegmentBytesReadMax = 16 << 20;
constexpr int kSegmentsAnAge = 16;  // a segment begins at least that often, so that age is told by segments

}  // namespace

std::uint64_t SegmentLog::first_seq() const {
  return segments_.empty() ? next_seq_ : segments_.front().first;
}

std::uint64_t SegmentLog::bytes() const {
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments_) bytes += segment.bytes;
  return bytes;
}

Result<std::uint64_t> SegmentLog::append(ByteView payload, ByteView note, UnixTime at) {
  if (payload.size() > options_.payload_bytes_max || note.size() > kNoteBytesMax)
    return fail(Code::too_large, fmt::format("a record has at most {} bytes", options_.payload_bytes_max));
  if (next_seq_ > kSeqMax) return fail(Code::too_many, "the log has no number left");
  Bytes bytes;
  put_record(bytes, {.seq = next_seq_, .at = at, .note = note, .payload = payload});
  const bool begins = !newest_ || rolls(bytes.size(), at);
  if (begins) {
    DROVER_TRY(begin_segment(at));
    bytes.insert(bytes.begin(), kSegmentMagic.begin(), kSegmentMagic.end());
  }
  if (const Status written = write(bytes, begins); !written) {
    take_back(begins);
    return fail(written.error());
  }
  segments_.back().bytes += bytes.size();
  drover::append(segments_.back().present, next_seq_);
  return next_seq_++;
}

bool SegmentLog::rolls(std::size_t record_bytes, UnixTime at) const {
  const Segment& newest = segments_.back();
  if (newest.bytes + record_bytes > options_.segment_bytes_max) return true;
  if (at == UnixTime{}) return false;
  return newest.began == UnixTime{} || at - newest.began > options_.age_max / kSegmentsAnAge;
}

Status SegmentLog::begin_segment(UnixTime at) {
  newest_.reset();
  if (!segments_.empty() && segments_.back().first == next_seq_) segments_.pop_back();  // none came into it
  const Path path = directory_ / text_of({.id = id_, .first = next_seq_});
  if (const Status removed = files_->unlink(path); !removed && removed.error().code != Code::not_found)
    return removed;
  newest_ = DROVER_TRY(files_->open(path, Open::create_new));
  segments_.push_back({.path = path, .first = next_seq_, .bytes = 0, .began = at, .present = {}});
  return {};
}

Status SegmentLog::write(ByteView bytes, bool begins) {
  DROVER_TRY(newest_->append(bytes));
  DROVER_TRY(newest_->sync());
  return begins ? files_->sync_directory(directory_) : Status{};
}

/// After a write that failed in the middle. Where even this fails, what is left there is no record of ours:
/// the next segment begins with its number.
void SegmentLog::take_back(bool begins) {
  if (begins) {
    newest_.reset();
    static_cast<void>(files_->unlink(segments_.back().path));
    segments_.pop_back();
  } else if (!newest_->truncate(segments_.back().bytes)) {
    newest_.reset();
  }
}

SeqRanges SegmentLog::present() const {
  SeqRanges present;
  for (const Segment& segment : segments_)
    present.insert(present.end(), segment.present.begin(), segment.present.end());
  return normalized(std::move(present));
}

/// The records of a segment with numbers up to `seq_max`: from then on they are what is present.
Result<SegmentContent> SegmentLog::load(Segment& segment, std::uint64_t seq_max, Bytes& bytes) {
  auto read = read_file(*files_, segment.path, kSegmentBytesReadMax);
  if (!read && read.error().code != Code::not_found && read.error().code != Code::too_large)
    return fail(read.error());
  segment.present.clear();
  if (!read) return SegmentContent{};
  bytes = std::move(*read);
  SegmentContent content = read_segment(bytes);
  std::erase_if(content.records, [&](const SegmentRecord& record) {
    return record.seq < segment.first || record.seq > seq_max;
  });
  for (const SegmentRecord& record : content.records) drover::append(segment.present, record.seq);
  return content;
}

SegmentLog::Read SegmentLog::read(const SeqRanges& wanted, Order order, std::size_t bytes_max) {
  Read read;
  std::size_t payload_bytes = 0;
  for (std::size_t n = 0; n < segments_.size(); ++n) {
    const std::size_t i = order == Order::oldest_first ? n : segments_.size() - 1 - n;
    const SeqRanges here = common(segments_[i].present, wanted);
    if (here.empty()) continue;
    Bytes bytes;
    const std::uint64_t seq_max = (i + 1 < segments_.size() ? segments_[i + 1].first : next_seq_) - 1;
    auto content = load(segments_[i], seq_max, bytes);
    if (!content) {
      read.refused = united(std::move(read.refused), here);
      continue;
    }
    if (order == Order::newest_first) std::ranges::reverse(content->records);
    for (const SegmentRecord& record : content->records) {
      if (!contains(wanted, record.seq)) continue;
      payload_bytes += record.payload.size();
      if (payload_bytes > bytes_max && !read.payloads.empty()) return read;
      read.payloads.emplace_back(record.seq, as_text(record.payload));
    }
  }
  return read;
}

void SegmentLog::release(const SeqRanges& done) {
  for (std::size_t i = 0; i + 1 < segments_.size();)
    if (!without(segments_[i].present, done).empty() || !remove(i)) ++i;
}

SeqRanges SegmentLog::hold_bound(std::optional<UnixTime> now) {
  SeqRanges dropped;
  const std::uint64_t next_bytes = kRecordHeadBytes + kNoteBytesMax + options_.payload_bytes_max;
  while (segments_.size() > 1) {
    const bool is_full = bytes() + next_bytes > options_.bytes_max;
    if (!is_full && !(now && is_too_old(*now))) break;
    const SeqRanges present = segments_.front().present;
    if (!remove(0)) break;
    dropped = united(std::move(dropped), present);
  }
  return dropped;
}

bool SegmentLog::remove(std::size_t index) {
  const Status removed = files_->unlink(segments_[index].path);
  if (!removed && removed.error().code != Code::not_found) return false;
  segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(index));
  return true;
}

/// The oldest segment ended before the next one began.
bool SegmentLog::is_too_old(UnixTime now) const {
  for (std::size_t i = 1; i < segments_.size(); ++i)
    if (segments_[i].began != UnixTime{}) return now - segments_[i].began > options_.age_max;
  return false;
}

}  // namespace drover::fs
