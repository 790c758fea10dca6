// What a log finds when it is opened: the newest record, its note, and the number to go on with.
#include <algorithm>
#include <array>

#include "base/assert.h"
#include "fs/segment_log.h"
#include "fs/segment_name.h"

namespace drover::fs {
namespace {

/// How many records can at most have stood in so many bytes.
std::uint64_t records_max(std::uint64_t bytes) { return (bytes + kRecordHeadBytes - 1) / kRecordHeadBytes; }

}  // namespace

SegmentLog::SegmentLog(FileSystem& files, Path directory, SegmentLogOptions options)
    : files_(&files), directory_(std::move(directory)), options_(std::move(options)) {}

Result<SegmentLog> SegmentLog::open(FileSystem& files, const Path& directory, SegmentLogOptions options) {
  DROVER_ASSERT(is_log_id(options.id_if_new) && options.payload_bytes_max <= kPayloadBytesMax);
  SegmentLog log(files, directory, std::move(options));
  DROVER_TRY(make_directories(files, directory.parent_path()));
  if (Status made = files.make_directory(directory); !made && made.error().code != Code::already_exists)
    return fail(made.error());
  DROVER_TRY(log.find_segments());
  // Also where it was there: an agent that was killed may have left it unsynced.
  if (log.segments_.empty()) DROVER_TRY(files.sync_directory(directory.parent_path()));
  DROVER_TRY(log.open_newest());
  DROVER_TRY(log.find_note());
  return log;
}

/// Files of other names are nobody's: they are left alone. Of several logs the last by name is this one.
Status SegmentLog::find_segments() {
  std::vector<SegmentName> names;
  for (const std::string& file : DROVER_TRY(files_->list(directory_)))
    if (auto name = parse_segment_name(file)) names.push_back(std::move(*name));
  id_ = names.empty() ? options_.id_if_new : std::ranges::max(names, {}, &SegmentName::id).id;
  for (const SegmentName& name : names) {  // ascending, as the list was
    if (name.id != id_) continue;
    Segment segment{.path = directory_ / text_of(name), .first = name.first};
    const auto file = DROVER_TRY(files_->open(segment.path, Open::read));
    segment.bytes = DROVER_TRY(file->size());
    std::array<std::uint8_t, kSegmentBeginBytes> begin{};
    segment.began = time_of_first(ByteView(begin).first(DROVER_TRY(file->read_at(0, begin))));
    if (!segments_.empty()) segments_.back().present = {{segments_.back().first, name.first - 1}};
    segments_.push_back(std::move(segment));
  }
  return {};
}

Status SegmentLog::open_newest() {
  if (segments_.empty()) return {};
  Segment& newest = segments_.back();
  Bytes bytes;
  const SegmentContent content = DROVER_TRY(load(newest, kSeqMax, bytes));
  const std::uint64_t last = newest.present.empty() ? newest.first - 1 : newest.present.back().second;
  const std::uint64_t tail_bytes = newest.bytes - content.whole;
  next_seq_ = last + 1 + records_max(tail_bytes);
  if (tail_bytes > 0) torn_ = {{last + 1, next_seq_ - 1}};
  if (content.records.empty()) return {};
  note_.assign(content.records.back().note.begin(), content.records.back().note.end());
  // An agent that was killed may have left the last record and the file's name unsynced.
  auto file = DROVER_TRY(files_->open(newest.path, Open::append));
  DROVER_TRY(file->sync());
  DROVER_TRY(files_->sync_directory(directory_));
  if (tail_bytes == 0) newest_ = std::move(file);
  return {};
}

/// Where the newest segment has no record, the one before it has the newest note.
Status SegmentLog::find_note() {
  for (std::size_t i = segments_.size(); i-- > 0 && segments_.back().present.empty();) {
    Bytes bytes;
    const std::uint64_t seq_max = i + 1 < segments_.size() ? segments_[i + 1].first - 1 : kSeqMax;
    const SegmentContent content = DROVER_TRY(load(segments_[i], seq_max, bytes));
    if (content.records.empty()) continue;
    note_.assign(content.records.back().note.begin(), content.records.back().note.end());
    const std::uint64_t last = segments_[i].present.back().second;
    if (last + 1 < next_seq_) torn_ = {{last + 1, next_seq_ - 1}};  // also what was passed over before
    return {};
  }
  return {};
}

}  // namespace drover::fs
