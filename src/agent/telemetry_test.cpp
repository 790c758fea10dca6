#include "agent/telemetry.h"

#include <gtest/gtest.h>

#include "agent/fake_http.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using nlohmann::json;

TEST(TelemetrySpool, KeepsWhatIsNotAcknowledged) {
  TelemetrySpool spool("e");
  for (int i = 0; i < 4; ++i) spool.add(json::object());
  ASSERT_TRUE(spool.acknowledge({{"acked", {{1, 1}, {3, 4}}}}));
  EXPECT_EQ(spool.batch().dump(), R"({"entries":[{"seq":2}],"epoch":"e","lost":[]})");
}

TEST(TelemetrySpool, SaysWhatItLostUntilThatIsHeard) {
  TelemetrySpool spool("e");
  for (std::size_t i = 0; i < TelemetrySpool::kEntriesMax + 3; ++i) spool.add(json::object());
  EXPECT_EQ(spool.size(), TelemetrySpool::kEntriesMax);
  EXPECT_EQ(spool.batch()["lost"], json::parse("[[1,3]]"));
  EXPECT_EQ(spool.batch()["entries"].size(), TelemetrySpool::kBatchMax);
  ASSERT_TRUE(spool.acknowledge({{"acked", json::parse("[[4,33]]")}}));
  EXPECT_EQ(spool.batch()["lost"], json::array());
  EXPECT_EQ(spool.batch()["entries"][0]["seq"], 34);
}

TEST(TelemetrySpool, WhatIsLostWhileABatchIsOnItsWayIsToldByTheNextUnlessItArrived) {
  TelemetrySpool spool("e");
  const auto add = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) spool.add(json::object());
  };
  add(TelemetrySpool::kEntriesMax + 2);
  EXPECT_EQ(spool.batch()["lost"], json::parse("[[1,2]]"));
  add(40);  // 3 to 42 make room, of which the batch under way carries 3 to 32
  ASSERT_TRUE(spool.acknowledge({{"acked", json::parse("[[3,32]]")}}));
  EXPECT_EQ(spool.batch()["lost"], json::parse("[[33,42]]"));
  EXPECT_EQ(spool.batch()["entries"][0]["seq"], 43);
}

TEST(TelemetrySpool, ABatchThatFailedTellsOfTheSameLossAgain) {
  TelemetrySpool spool("e");
  for (std::size_t i = 0; i < TelemetrySpool::kEntriesMax + 1; ++i) spool.add(json::object());
  EXPECT_EQ(spool.batch()["lost"], json::parse("[[1,1]]"));
  spool.add(json::object());
  EXPECT_EQ(spool.batch()["lost"], json::parse("[[1,2]]"));
}

/// What a server that stores every second entry makes of it must stay within what a server reads.
TEST(TelemetrySpool, TellsNoMoreRangesThanAServerReadsAtOnceAndTheRestLater) {
  TelemetrySpool spool("e");
  constexpr std::size_t kMax = TelemetrySpool::kEntriesMax;
  for (std::uint64_t seq = 1; seq <= 2 * kMax; ++seq) {
    spool.add(json::object());
    if (seq % 2 == 0) continue;
    ASSERT_TRUE(spool.acknowledge({{"acked", {{seq, seq}}}}));
  }
  ASSERT_EQ(spool.size(), kMax);
  for (std::size_t i = 0; i < kMax; ++i) spool.add(json::object());
  std::vector<std::size_t> told;
  for (json lost = spool.batch()["lost"]; !lost.empty(); lost = spool.batch()["lost"]) {
    told.push_back(lost.size());
    ASSERT_TRUE(spool.acknowledge({{"acked", json::array()}}));
  }
  EXPECT_EQ(told, (std::vector<std::size_t>{TelemetrySpool::kLostMax, kMax - TelemetrySpool::kLostMax}));
}

/// The network is away for longer than the spool holds.
TEST(Telemetry, TellsTheServerWhichEntriesItHadToDrop) {
  FakeHttp http;
  fs::SimFileSystem files;
  ManualClock clock{UnixTime{}};
  Outside outside{http, files, clock, [](std::uint64_t) { return std::uint64_t{0}; }};
  Telemetry telemetry(outside, "https://h", std::chrono::minutes(1), [] { return json::object(); });
  for (std::size_t look = 0; look < TelemetrySpool::kEntriesMax + 10; ++look) {
    telemetry.pump();
    if (http.open() > 0) http.end(fail(Code::unreachable, "down"));
    clock.advance(std::chrono::minutes(1));
  }
  clock.advance(std::chrono::minutes(5));
  telemetry.pump();
  const json body = json::parse(http.request().body);
  EXPECT_EQ(body["lost"], json::parse("[[1,11]]"));
  EXPECT_EQ(body["entries"][0]["seq"], 12);
  EXPECT_EQ(body["entries"].size(), TelemetrySpool::kBatchMax);
}

TEST(TelemetrySpool, RefusesAnAnswerThatIsNone) {
  TelemetrySpool spool("e");
  spool.add(json::object());
  for (const char* answer : {"{}", R"({"acked":3})", R"({"acked":[["a",2]]})", R"({"acked":[[1]]})"})
    EXPECT_FALSE(spool.acknowledge(json::parse(answer))) << answer;
  EXPECT_EQ(spool.size(), 1u);
}

TEST(Telemetry, LooksEveryPeriodAndSendsTogetherWhatWaitedForTheNetwork) {
  FakeHttp http;
  fs::SimFileSystem files;
  ManualClock clock{UnixTime{}};
  Outside outside{http, files, clock, [](std::uint64_t) { return std::uint64_t{0}; }};
  int looks = 0;
  Telemetry telemetry(outside, "https://h", std::chrono::minutes(1),
                      [&] { return json{{"health", ++looks}}; });
  telemetry.pump();
  EXPECT_EQ(json::parse(http.request().body)["entries"], json::parse(R"([{"health":1,"seq":1}])"));
  http.end(fail(Code::unreachable, "down"));
  telemetry.pump();
  EXPECT_EQ(http.open(), 0u);
  clock.advance(std::chrono::minutes(1));
  telemetry.pump();
  EXPECT_EQ(json::parse(http.request().body)["entries"].size(), 2u);
  http.end(answer(200, R"({"acked":[[1,2]]})"));
  telemetry.pump();
  EXPECT_EQ(http.open(), 0u);
  EXPECT_EQ(telemetry.due(), clock.monotonic() + std::chrono::minutes(1));
}

TEST(Telemetry, ComesAgainNoSoonerThanTheServerAsks) {
  FakeHttp http;
  fs::SimFileSystem files;
  ManualClock clock{UnixTime{}};
  Outside outside{http, files, clock, [](std::uint64_t) { return std::uint64_t{0}; }};
  Telemetry telemetry(outside, "https://h", std::chrono::hours(1), [] { return json::object(); });
  telemetry.pump();
  net::ClientResponse refusal = answer(429, R"({"error":{"code":"too_many","message":"slowly"}})");
  refusal.headers = {{"retry-after", "90"}};
  http.end(refusal);
  clock.advance(std::chrono::seconds(89));
  telemetry.pump();
  EXPECT_EQ(http.open(), 0u);
  clock.advance(std::chrono::seconds(1));
  telemetry.pump();
  EXPECT_EQ(http.open(), 1u);
}

}  // namespace
}  // namespace drover::agent
