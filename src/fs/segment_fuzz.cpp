// The bytes of a segment as a disk may give them back: read, and as the newest and as an older file of a log.
#include "base/assert.h"
#include "fs/segment_log.h"
#include "fs/sim_file_system.h"

namespace drover::fs {
namespace {

void check_content(ByteView bytes) {
  const SegmentContent content = read_segment(bytes);
  DROVER_ASSERT(content.whole <= bytes.size());
  std::uint64_t last = 0;
  for (const SegmentRecord& record : content.records) {
    DROVER_ASSERT(record.seq > last && record.seq <= kSeqMax);
    last = record.seq;
    Bytes again;
    put_record(again, record);
    DROVER_ASSERT(again.size() == kRecordHeadBytes + record.note.size() + record.payload.size());
    DROVER_ASSERT(read_segment(again).records.size() == 1);
  }
}

SegmentLog open(SimFileSystem& files) {
  auto log = SegmentLog::open(files, "/spool", {.id_if_new = "new"});
  DROVER_ASSERT(log);
  return std::move(*log);
}

/// Whatever is there, what is appended is found again, and nothing else under its number.
void check_log(SimFileSystem& files) {
  SegmentLog log = open(files);
  const std::uint64_t next = log.next_seq();
  for (const auto& [number, payload] : log.read(log.present()).payloads) DROVER_ASSERT(number < next);
  const auto seq = log.append(as_bytes("appended"), as_bytes("note"), UnixTime{});
  if (!seq) {  // the numbers are at their end
    DROVER_ASSERT(next > kSeqMax);
    return;
  }
  SegmentLog again = open(files);
  const auto payloads = again.read({{*seq, *seq}}).payloads;
  DROVER_ASSERT(payloads.size() == 1 && payloads[0].second == "appended");
  DROVER_ASSERT(again.next_seq() == *seq + 1 && as_text(again.note()) == "note");
}

}  // namespace
}  // namespace drover::fs

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::fs;
  check_content({data, size});
  for (const bool newest : {true, false}) {
    SimFileSystem files;
    DROVER_ASSERT(make_directories(files, "/spool"));
    DROVER_ASSERT(write_atomically(files, "/spool/old-0000000000000001.seg", {data, size}));
    if (!newest) DROVER_ASSERT(write_atomically(files, "/spool/old-0000000000000100.seg", {}));
    check_log(files);
  }
  return 0;
}
