#include "fs/segment.h"

#include <gtest/gtest.h>

namespace drover::fs {
namespace {

/// Payloads of which one looks as if a record began in it.
const std::vector<std::string> kPayloads = {R"({"health":{}})", std::string("\xF5REC\x04\0\0\0", 8), "third",
                                            ""};

struct Written {
  Bytes bytes{kSegmentMagic.begin(), kSegmentMagic.end()};
  std::vector<std::size_t> ends;  // of the records

  Written() {
    for (std::size_t i = 0; i < kPayloads.size(); ++i) {
      put_record(bytes, {.seq = 7 + i,
                         .at = UnixTime(std::chrono::seconds(1'800'000'000)),
                         .note = as_bytes("note"),
                         .payload = as_bytes(kPayloads[i])});
      ends.push_back(bytes.size());
    }
  }
};

std::vector<std::uint64_t> numbers(const SegmentContent& content) {
  std::vector<std::uint64_t> numbers;
  for (const SegmentRecord& record : content.records) numbers.push_back(record.seq);
  return numbers;
}

TEST(Segment, IsReadAsItWasWritten) {
  const Written written;
  const SegmentContent content = read_segment(written.bytes);
  ASSERT_EQ(content.records.size(), kPayloads.size());
  for (std::size_t i = 0; i < kPayloads.size(); ++i) {
    EXPECT_EQ(content.records[i].seq, 7 + i);
    EXPECT_EQ(as_text(content.records[i].payload), kPayloads[i]);
    EXPECT_EQ(as_text(content.records[i].note), "note");
    EXPECT_EQ(format_time(content.records[i].at), "2027-01-15T08:00:00Z");
  }
  EXPECT_EQ(content.whole, written.bytes.size());
  EXPECT_EQ(format_time(time_of_first(ByteView(written.bytes).first(kSegmentBeginBytes))),
            "2027-01-15T08:00:00Z");
}

TEST(Segment, CutAnywhereHasTheRecordsBeforeTheCut) {
  const Written written;
  for (std::size_t size = 0; size < written.bytes.size(); ++size) {
    const SegmentContent content = read_segment(ByteView(written.bytes).first(size));
    std::vector<std::uint64_t> expected;
    std::size_t whole = size < kSegmentMagic.size() ? 0 : kSegmentMagic.size();
    for (std::size_t i = 0; i < written.ends.size() && written.ends[i] <= size; ++i) {
      expected.push_back(7 + i);
      whole = written.ends[i];
    }
    ASSERT_EQ(numbers(content), expected) << "cut at " << size;
    EXPECT_EQ(content.whole, whole);
  }
}

TEST(Segment, LosesOnlyTheRecordInWhichAByteIsDamaged) {
  const Written written;
  for (std::size_t at = 0; at < written.bytes.size(); ++at) {
    Bytes damaged = written.bytes;
    damaged[at] ^= 0x10;
    std::vector<std::uint64_t> expected;
    for (std::size_t i = 0, begin = kSegmentMagic.size(); i < written.ends.size(); begin = written.ends[i++])
      if (at < begin || at >= written.ends[i]) expected.push_back(7 + i);
    ASSERT_EQ(numbers(read_segment(damaged)), expected) << "byte " << at;
  }
}

TEST(Segment, ARecordThatDoesNotAscendIsNone) {
  Bytes bytes;
  for (const std::uint64_t seq : {5, 5, 3, 6}) put_record(bytes, {.seq = seq});
  EXPECT_EQ(numbers(read_segment(bytes)), (std::vector<std::uint64_t>{5, 6}));
}

}  // namespace
}  // namespace drover::fs
