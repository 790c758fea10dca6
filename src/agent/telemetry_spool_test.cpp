#include "agent/telemetry_spool.h"

#include <gtest/gtest.h>

#include "agent/telemetry_peer_testing.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using nlohmann::json;
constexpr UnixTime kNow{std::chrono::seconds(1'800'000'000)};

class Spool : public testing::Test {
 protected:
  fs::SimFileSystem files_;
  SpoolOptions options_{.directory = "/state/spool"};
  std::unique_ptr<TelemetrySpool> spool_ = std::make_unique<TelemetrySpool>(files_, options_);
  int added_ = 0;

  void reopen() {
    spool_.reset();
    files_.kill();
    spool_ = std::make_unique<TelemetrySpool>(files_, options_);
  }
  void add(std::size_t count, std::size_t padding = 0) {
    for (std::size_t i = 0; i < count; ++i)
      spool_->add({{"n", ++added_}, {"padding", std::string(padding, 'x')}}, kNow);
  }
  json batch() { return json::parse(spool_->batch()); }
  /// The numbers of the next request's entries.
  SeqRanges sent() { return numbers(batch()); }
  static SeqRanges numbers(const json& body) {
    SeqRanges numbers;
    for (const json& entry : body["entries"]) append(numbers, entry["seq"].get<std::uint64_t>());
    return numbers;
  }
  bool acknowledge(const SeqRanges& acked) {
    const auto brought = spool_->acknowledge({{"acked", acked}});
    EXPECT_TRUE(brought);
    return brought && *brought;
  }
  void send_all(TelemetryPeer& peer) {
    for (int requests = 0; spool_->waits(); ++requests) {
      ASSERT_LT(requests, 1000);
      ASSERT_TRUE(spool_->acknowledge(json::parse(peer.take(spool_->batch()))));
    }
  }
};

TEST_F(Spool, KeepsWhatIsNotAcknowledged) {
  for (int i = 0; i < 4; ++i) spool_->add(json::object(), kNow);
  const std::string epoch = batch()["epoch"];
  EXPECT_TRUE(acknowledge({{1, 1}, {3, 4}}));
  EXPECT_EQ(spool_->batch(), R"({"epoch":")" + epoch + R"(","entries":[{"seq":2}],"lost":[]})");
  EXPECT_TRUE(acknowledge({{2, 2}}));
  EXPECT_FALSE(spool_->waits());
}

TEST_F(Spool, GoesOnInItsEpochAfterARestart) {
  add(2);
  const json first = batch();
  reopen();
  EXPECT_EQ(batch(), first) << "the same entries under the same names";
  add(1);
  EXPECT_EQ(sent(), (SeqRanges{{1, 3}}));
}

TEST_F(Spool, TheNextEntryMakesAnAcknowledgementDurable) {
  add(3);
  EXPECT_EQ(sent(), (SeqRanges{{1, 3}}));
  const std::uint64_t before = files_.operations();
  EXPECT_TRUE(acknowledge({{1, 2}}));
  EXPECT_EQ(files_.operations(), before) << "it is no write of its own";
  reopen();
  EXPECT_EQ(sent(), (SeqRanges{{1, 3}})) << "sent again, and the server knows them";
  EXPECT_TRUE(acknowledge({{1, 2}}));
  add(1);
  reopen();
  EXPECT_EQ(sent(), (SeqRanges{{3, 4}}));
}

/// 15 kB an entry: about 6 a segment, 18 in all.
class SmallSpool : public Spool {
 protected:
  SmallSpool() {
    options_ = {.directory = "/state/small",
                .bytes_max = 400'000,
                .entry_bytes_max = 64 << 10,
                .segment_bytes_max = 100'000};
    reopen();
  }
  void add(std::size_t count) { Spool::add(count, 15'000); }
};

TEST_F(SmallSpool, SaysWhatItLostUntilThatIsHeard) {
  add(40);
  EXPECT_EQ(batch()["lost"], json::parse("[[1,24]]"));
  EXPECT_EQ(spool_->status()["lost"], 24);
  add(10);
  EXPECT_EQ(batch()["lost"], json::parse("[[1,30]]")) << "no answer came: it is told again";
  EXPECT_TRUE(acknowledge({}));
  EXPECT_EQ(batch()["lost"], json::array());
}

TEST_F(SmallSpool, KnowsAfterARestartWhatItLostBefore) {
  add(40);
  reopen();
  EXPECT_EQ(batch()["lost"], json::parse("[[1,24]]"));
  EXPECT_TRUE(acknowledge({}));
  add(1);
  reopen();
  EXPECT_EQ(batch()["lost"], json::array());
  EXPECT_EQ(spool_->status()["waiting"], 17);
}

TEST_F(SmallSpool, WhatIsLostWhileABatchIsOnItsWayIsToldByTheNextUnlessItArrived) {
  add(10);
  EXPECT_EQ(sent(), (SeqRanges{{1, 10}}));
  add(30);
  EXPECT_EQ(spool_->status()["lost"], 24);
  EXPECT_TRUE(acknowledge({{1, 10}}));
  EXPECT_EQ(batch()["lost"], json::parse("[[11,24]]"));
}

TEST_F(SmallSpool, ABatchHoldsNoMoreThanAServerReads) {
  add(18);
  const std::string body = spool_->batch();
  EXPECT_LT(body.size(), 200u << 10);
  EXPECT_EQ(numbers(json::parse(body)), (SeqRanges{{6, 18}}));
}

TEST_F(SmallSpool, ALargeBacklogArrivesWholeWithTheNewestFirst) {
  add(17);
  TelemetryPeer peer;
  ASSERT_TRUE(spool_->acknowledge(json::parse(peer.take(spool_->batch()))));
  EXPECT_EQ(peer.newest().front()["n"], 5);
  EXPECT_EQ(peer.newest().back()["n"], 17);
  send_all(peer);
  EXPECT_EQ(peer.times("n").size(), 17u);
  EXPECT_EQ(peer.stored().size(), 17u);
  EXPECT_EQ(peer.lost(), 0u);
}

TEST_F(Spool, AnEntryThatNoServerTakesIsToldAsLost) {
  add(1);
  add(1, options_.entry_bytes_max);
  add(1);
  const json body = batch();
  EXPECT_EQ(numbers(body), (SeqRanges{{1, 1}, {3, 3}}));
  EXPECT_EQ(body["lost"], json::parse("[[2,2]]"));
}

TEST_F(Spool, TextThatIsNoUtf8IsSentAllTheSame) {
  spool_->add({{"label", "caf\xE9"}}, kNow);
  EXPECT_EQ(batch()["entries"][0]["label"], "caf\uFFFD");
}

TEST_F(Spool, WhatADiskDamagedIsToldAsLost) {
  add(3, 100);
  spool_.reset();
  const fs::Path segment = options_.directory / files_.list(options_.directory)->at(0);
  Bytes bytes = *fs::read_file(files_, segment, 1 << 20);
  bytes.at(bytes.size() / 2) ^= 1;
  ASSERT_TRUE(fs::write_atomically(files_, segment, bytes));
  reopen();
  const json body = batch();
  EXPECT_EQ(numbers(body), (SeqRanges{{1, 1}, {3, 3}}));
  EXPECT_EQ(body["lost"], json::parse("[[2,2]]"));
}

/// Records whose checksums hold, with whatever in them.
TEST_F(Spool, RecordsOfNonsenseHoldUpNothing) {
  spool_.reset();
  ASSERT_TRUE(fs::remove_tree(files_, options_.directory));
  {
    auto log = fs::SegmentLog::open(files_, options_.directory, {.id_if_new = "e"});
    for (const char* payload : {"", "nonsense", "[]", "{\"open\":", "{\"n\":5}"})
      for (const char* note : {"", "\x01short", "\x01 a range of 16 b", "\x02"})
        ASSERT_TRUE(log->append(as_bytes(payload), as_bytes(note), kNow));
  }
  reopen();
  EXPECT_EQ(sent(), (SeqRanges{{17, 20}}));
  EXPECT_TRUE(acknowledge({{17, 20}}));
  EXPECT_FALSE(spool_->waits());
  EXPECT_EQ(spool_->status()["waiting"], 16);
}

TEST_F(Spool, WithoutADiskItKeepsTheNewestInMemoryUnderAnEpochOfItsOwn) {
  add(2);
  files_.fill_disk_at(1);
  add(3);
  const json body = batch();
  EXPECT_EQ(numbers(body), (SeqRanges{{1, 3}}));
  EXPECT_EQ(body["entries"][0]["n"], 3) << "what comes now goes first";
  EXPECT_TRUE(acknowledge({{1, 3}}));
  const json later = batch();
  EXPECT_NE(later["epoch"], body["epoch"]);
  EXPECT_EQ(later["entries"][0]["n"], 1);
  files_.free_disk();
  add(1);
  EXPECT_EQ(sent(), (SeqRanges{{1, 3}}));
  reopen();
  EXPECT_EQ(sent(), (SeqRanges{{1, 3}}));
}

TEST_F(Spool, TakesADiskThatWasNotThereAtTheStart) {
  spool_.reset();
  files_.fill_disk_at(1);
  options_.directory = "/another/spool";
  reopen();
  add(1);
  files_.free_disk();
  add(1);
  TelemetryPeer peer;
  send_all(peer);
  EXPECT_EQ(peer.times("n"), (std::map<int, int>{{1, 1}, {2, 1}}));
  EXPECT_EQ(files_.list(options_.directory)->size(), 1u);
}

class InMemory : public Spool {
 protected:
  static constexpr std::uint64_t kMax = MemoryShelf::kEntriesMax;
  InMemory() { files_.fill_disk_at(1); }
};

TEST_F(InMemory, TheOldestMakeRoomAndAreToldAsLost) {
  add(kMax + 3);
  EXPECT_EQ(batch()["lost"], json::parse("[[1,3]]"));
  EXPECT_EQ(spool_->status()["waiting"], kMax);
  add(70, 15'900);
  EXPECT_LE(spool_->status()["waiting"], MemoryShelf::kBytesMax / 15'900);
}

/// What a server that stores every second entry makes of it must stay within what a server reads.
TEST_F(InMemory, TellsNoMoreRangesThanAServerReadsAtOnceAndTheRestLater) {
  for (std::uint64_t seq = 1; seq <= 2 * kMax; ++seq) {
    add(1);
    if (seq % 2 == 0) continue;
    ASSERT_TRUE(contains(sent(), seq));
    ASSERT_TRUE(acknowledge({{seq, seq}}));
  }
  ASSERT_EQ(spool_->status()["waiting"], kMax);
  add(kMax);
  std::vector<std::size_t> told;
  for (json lost = batch()["lost"]; !lost.empty(); lost = batch()["lost"]) {
    told.push_back(lost.size());
    ASSERT_TRUE(acknowledge({}));
  }
  EXPECT_EQ(told, (std::vector<std::size_t>{SpoolLedger::kLostMax, kMax - SpoolLedger::kLostMax}));
}

TEST_F(Spool, RefusesAnAnswerThatIsNone) {
  add(1);
  static_cast<void>(spool_->batch());
  for (const char* answer : {"{}", R"({"acked":3})", R"({"acked":[["a",2]]})", R"({"acked":[[1]]})"})
    EXPECT_FALSE(spool_->acknowledge(json::parse(answer))) << answer;
  EXPECT_EQ(spool_->status()["waiting"], 1);
}

}  // namespace
}  // namespace drover::agent
