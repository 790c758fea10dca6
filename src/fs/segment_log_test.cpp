#include "fs/segment_log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fs/sim_file_system.h"

namespace drover::fs {
namespace {

const Path kDirectory = "/state/spool";
constexpr UnixTime kBegin{std::chrono::seconds(1'800'000'000)};

class Log : public testing::Test {
 protected:
  SimFileSystem files_;
  SegmentLogOptions options_{.id_if_new = "first", .segment_bytes_max = 400};
  std::optional<SegmentLog> log_;

  void SetUp() override { reopen(); }
  void reopen() {
    log_.reset();
    auto log = SegmentLog::open(files_, kDirectory, options_);
    ASSERT_TRUE(log) << log.error().text();
    log_.emplace(std::move(*log));
  }
  void append(std::size_t count, std::string_view payload = "payload", UnixTime at = kBegin) {
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(log_->append(as_bytes(payload), as_bytes("n"), at));
  }
  std::vector<std::string> names() { return *files_.list(kDirectory); }
  /// Of all numbers there may be, what is read.
  SeqRanges readable() {
    SeqRanges numbers;
    for (const auto& [seq, payload] : log_->read({{0, kSeqMax}}).payloads) drover::append(numbers, seq);
    return numbers;
  }
  void damage(const std::string& name, std::size_t at) {
    Bytes bytes = *read_file(files_, kDirectory / name, 1 << 20);
    bytes.at(at) ^= 1;
    ASSERT_TRUE(write_atomically(files_, kDirectory / name, bytes));
  }
};

TEST_F(Log, KeepsItsIdItsNumbersAndTheNewestNote) {
  ASSERT_TRUE(log_->append(as_bytes("one"), as_bytes("after one"), kBegin));
  ASSERT_TRUE(log_->append(as_bytes("two"), as_bytes("after two"), kBegin));
  options_.id_if_new = "second";
  reopen();
  EXPECT_EQ(log_->id(), "first");
  EXPECT_EQ(log_->next_seq(), 3u);
  EXPECT_EQ(as_text(log_->note()), "after two");
  EXPECT_EQ(log_->torn(), SeqRanges{});
  const auto payloads = log_->read({{2, 9}}).payloads;
  ASSERT_EQ(payloads.size(), 1u);
  EXPECT_EQ(payloads[0].second, "two");
}

TEST_F(Log, WritesOnceAndSyncsOnceForEachRecord) {
  const auto operations_of = [&](std::size_t count) {
    const std::uint64_t before = files_.operations();
    append(count);
    return files_.operations() - before;
  };
  EXPECT_EQ(operations_of(1), 4u) << "a segment begins: open, write, sync, sync of the directory";
  EXPECT_EQ(operations_of(5), 10u);
  reopen();
  EXPECT_EQ(operations_of(1), 2u) << "and goes on after a restart";
}

TEST_F(Log, RemovesWholeSegmentsThatAreDoneAndNeverTheNewest) {
  append(30);
  ASSERT_EQ(names().size(), 4u);
  EXPECT_EQ(names()[1], "first-0000000000000009.seg");
  log_->release({{1, 7}, {17, 24}});
  EXPECT_EQ(log_->present(), (SeqRanges{{1, 16}, {25, 30}}));
  log_->release({{1, 30}});
  EXPECT_EQ(log_->present(), (SeqRanges{{25, 30}}));
  reopen();
  EXPECT_EQ(log_->next_seq(), 31u);
  EXPECT_EQ(log_->first_seq(), 25u);
}

TEST_F(Log, NeverTakesMoreThanItsBytesAndDropsTheOldest) {
  options_.bytes_max = 200 << 10;
  options_.payload_bytes_max = 64 << 10;
  options_.segment_bytes_max = 16 << 10;
  reopen();
  SeqRanges dropped;
  for (int i = 0; i < 1000; ++i) {
    append(1, std::string(1000, 'x'));
    dropped = united(dropped, log_->hold_bound(std::nullopt));
    std::uint64_t bytes = 0;
    for (const std::string& name : names()) bytes += files_.info(kDirectory / name)->size;
    ASSERT_LE(bytes, options_.bytes_max);
    ASSERT_EQ(bytes, log_->bytes());
  }
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(united(dropped, log_->present()), (SeqRanges{{1, 1000}}));
  EXPECT_GT(count(log_->present()), 90u);
  EXPECT_EQ(readable(), log_->present());
}

TEST_F(Log, DropsWhatIsOlderThanItsAgeByASixteenthOfItAtMost) {
  options_.age_max = std::chrono::hours(16);
  options_.segment_bytes_max = 1 << 20;
  reopen();
  for (int minute = 0; minute < 3000; ++minute) {
    const UnixTime now = kBegin + std::chrono::minutes(minute);
    append(1, "payload", now);
    static_cast<void>(log_->hold_bound(now));
    ASSERT_GE(count(log_->present()), std::min(minute + 1, 16 * 60));
    ASSERT_LE(count(log_->present()), 17 * 60 + 2);
  }
}

TEST_F(Log, KnowsNoAgeOfWhatWasWrittenWithoutATime) {
  options_.age_max = std::chrono::hours(1);
  append(3, "payload", UnixTime{});
  EXPECT_EQ(log_->hold_bound(kBegin), SeqRanges{});
  append(1, "payload", kBegin);  // begins a segment, so that the one before ended then
  reopen();
  EXPECT_EQ(log_->hold_bound(kBegin + std::chrono::hours(1)), SeqRanges{});
  EXPECT_EQ(log_->hold_bound(kBegin + std::chrono::minutes(61)), (SeqRanges{{1, 3}}));
}

TEST_F(Log, LosesOnlyWhatIsDamagedInTheMiddle) {
  append(20);
  const std::string middle = names()[1];
  damage(middle, 8 + 3 * 48 + 45);  // in the payload of its fourth record
  damage(middle, 2);                // in its magic
  reopen();
  EXPECT_EQ(log_->present(), (SeqRanges{{1, 20}})) << "nothing is known before it is read";
  EXPECT_EQ(readable(), (SeqRanges{{1, 11}, {13, 20}}));
  EXPECT_EQ(log_->present(), (SeqRanges{{1, 11}, {13, 20}}));
}

TEST_F(Log, MissesASegmentThatIsGone) {
  append(20);
  ASSERT_TRUE(files_.unlink(kDirectory / names()[1]));
  EXPECT_EQ(readable(), (SeqRanges{{1, 8}, {17, 20}}));
  reopen();
  EXPECT_EQ(readable(), (SeqRanges{{1, 8}, {17, 20}}));
  EXPECT_EQ(log_->present(), (SeqRanges{{1, 8}, {17, 20}}));
}

TEST_F(Log, PassesOverTheNumbersThatATornEndMayHaveHad) {
  append(2);
  ASSERT_TRUE((*files_.open(kDirectory / names()[0], Open::append))->append(Bytes(100, 0)));
  reopen();
  EXPECT_EQ(log_->torn(), (SeqRanges{{3, 5}}));
  append(1);
  EXPECT_EQ(names().back(), "first-0000000000000006.seg");
  reopen();
  EXPECT_EQ(log_->torn(), SeqRanges{});
  EXPECT_EQ(readable(), (SeqRanges{{1, 2}, {6, 6}}));
}

TEST_F(Log, FindsTheNoteOfTheSegmentBeforeOneThatWasNeverBegun) {
  append(2);
  ASSERT_TRUE((*files_.open(kDirectory / names()[0], Open::append))->append(Bytes(40, 0)));
  for (const char* begun : {"", "DRVSEG1\n", "DRV"}) {
    SCOPED_TRACE(begun);
    const Path path = kDirectory / "first-0000000000000004.seg";
    ASSERT_TRUE(write_atomically(files_, path, as_bytes(begun)));
    reopen();
    EXPECT_EQ(as_text(log_->note()), "n");
    EXPECT_EQ(log_->torn(), (SeqRanges{{3, log_->next_seq() - 1}}));
    EXPECT_EQ(readable(), (SeqRanges{{1, 2}}));
  }
  append(1);
  reopen();
  EXPECT_EQ(readable(), (SeqRanges{{1, 2}, {5, 5}}));
}

TEST_F(Log, AFullDiskTakesNothingAndTheNextRecordHasTheSameNumber) {
  append(2);
  files_.fill_disk_at(1);
  const auto refused = log_->append(as_bytes("no room"), as_bytes("n"), kBegin);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::disk_full);
  files_.free_disk();
  EXPECT_EQ(*log_->append(as_bytes("third"), as_bytes("n"), kBegin), 3u);
  EXPECT_EQ(names().size(), 1u);
  reopen();
  EXPECT_EQ(readable(), (SeqRanges{{1, 3}}));
  EXPECT_EQ(log_->torn(), SeqRanges{});
}

TEST_F(Log, ADiskThatIsFullWhereASegmentBeginsLeavesNoFile) {
  append(8);
  for (const std::uint64_t at : {1, 2}) {
    files_.fill_disk_at(at);
    EXPECT_FALSE(log_->append(as_bytes("no room"), as_bytes("n"), kBegin));
    EXPECT_EQ(names().size(), 1u);
    files_.free_disk();
  }
  append(1);
  EXPECT_EQ(readable(), (SeqRanges{{1, 9}}));
}

TEST_F(Log, ANumberThatIsSkippedIsNeverGiven) {
  append(1);
  log_->skip();
  append(1);
  EXPECT_EQ(log_->present(), (SeqRanges{{1, 1}, {3, 3}}));
  reopen();
  EXPECT_EQ(log_->present(), (SeqRanges{{1, 1}, {3, 3}}));
}

TEST_F(Log, LeavesFilesOfOthersAlone) {
  const std::vector<std::string> others = {"README", "aaa-0000000000000001.seg", "first-000000000000001.seg",
                                           "first-00000000000000zz.seg", "first-ffffffffffffffff.seg"};
  for (const std::string& name : others)
    ASSERT_TRUE(write_atomically(files_, kDirectory / name, as_bytes("theirs")));
  append(30);
  reopen();
  EXPECT_EQ(log_->id(), "first");
  EXPECT_EQ(readable(), (SeqRanges{{1, 30}}));
  log_->release({{1, 30}});
  for (const std::string& name : others) EXPECT_TRUE(files_.info(kDirectory / name)) << name;
}

TEST_F(Log, ReadsFromEitherEndAsMuchAsIsAskedFor) {
  append(30, std::string(10, 'x'));
  const auto numbers = [&](SegmentLog::Order order, std::size_t bytes_max) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [seq, payload] : log_->read({{2, 3}, {10, 29}}, order, bytes_max).payloads)
      numbers.push_back(seq);
    return numbers;
  };
  using enum SegmentLog::Order;
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(numbers(oldest_first, 49), (Numbers{2, 3, 10, 11}));
  EXPECT_EQ(numbers(newest_first, 50), (Numbers{29, 28, 27, 26, 25}));
  EXPECT_EQ(numbers(newest_first, 0), (Numbers{29})) << "one in any case";
  EXPECT_EQ(numbers(newest_first, SIZE_MAX).size(), 22u);
}

TEST_F(Log, ARecordThatIsLargerThanASegmentHasOneOfItsOwn) {
  append(1);
  append(1, std::string(100'000, 'x'));
  append(1);
  reopen();
  EXPECT_EQ(names().size(), 3u);
  EXPECT_EQ(readable(), (SeqRanges{{1, 3}}));
}

TEST_F(Log, WhatTheDiskDoesNotGiveStaysPresent) {
  append(20);
  files_.cut_power_after(0);
  static_cast<void>(files_.sync_directory(kDirectory));  // from here on all operations fail
  const auto read = log_->read({{5, 12}});
  EXPECT_TRUE(read.payloads.empty());
  EXPECT_EQ(read.refused, (SeqRanges{{5, 12}}));
  EXPECT_EQ(log_->present(), (SeqRanges{{1, 20}}));
}

TEST_F(Log, RefusesWhatIsTooLargeForARecord) {
  const auto refused = log_->append(Bytes(options_.payload_bytes_max + 1), {}, kBegin);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::too_large);
  EXPECT_EQ(log_->next_seq(), 1u);
}

}  // namespace
}  // namespace drover::fs
