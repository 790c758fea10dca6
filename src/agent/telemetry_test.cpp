#include "agent/telemetry.h"

#include <gtest/gtest.h>

#include "agent/fake_http.h"
#include "agent/telemetry_peer_testing.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;

class OfTelemetry : public testing::Test {
 protected:
  FakeHttp http_;
  fs::SimFileSystem files_;
  ManualClock clock_{UnixTime(seconds(1'800'000'000))};
  Outside outside_{http_, files_, clock_, [](std::uint64_t) { return std::uint64_t{0}; }};
  TelemetryOptions options_{.server = "https://h", .every = minutes(1), .spool = {.directory = "/spool"}};
  bool clock_is_right_ = true;
  int looks_ = 0;
  std::unique_ptr<Telemetry> telemetry_;

  void start() {
    telemetry_ = std::make_unique<Telemetry>(
        outside_, options_, [this] { return json{{"look", ++looks_}}; }, [this] { return clock_is_right_; });
  }
  json body() { return json::parse(http_.request().body); }
  /// Until then, with a server that answers each request by `respond`.
  void run(std::chrono::nanoseconds time,
           const std::function<Result<net::ClientResponse>(const net::ClientRequest&)>& respond) {
    const Monotonic end = clock_.monotonic() + time;
    while (clock_.monotonic() < end) {
      telemetry_->pump();
      if (http_.open() > 0) http_.end(respond(http_.request()));
      const auto wait = std::min(telemetry_->due(), end) - clock_.monotonic();
      ASSERT_GE(wait, std::chrono::nanoseconds(0));
      if (telemetry_->due() > clock_.monotonic()) clock_.advance(wait);
    }
  }
};

TEST_F(OfTelemetry, LooksEveryPeriodAndSendsTogetherWhatWaitedForTheNetwork) {
  start();
  telemetry_->pump();
  EXPECT_EQ(http_.request().url, "https://h/device/v1/telemetry");
  EXPECT_EQ(body()["entries"], json::parse(R"([{"look":1,"seq":1}])"));
  http_.end(fail(Code::unreachable, "down"));
  telemetry_->pump();
  EXPECT_EQ(http_.open(), 0u);
  clock_.advance(minutes(1));
  telemetry_->pump();
  EXPECT_EQ(body()["entries"].size(), 2u);
  http_.end(answer(200, R"({"acked":[[1,2]]})"));
  telemetry_->pump();
  EXPECT_EQ(http_.open(), 0u);
  EXPECT_EQ(telemetry_->due(), clock_.monotonic() + minutes(1));
}

TEST_F(OfTelemetry, TellsTheServerWhichEntriesItHadToDrop) {
  files_.fill_disk_at(1);
  start();
  run(minutes(MemoryShelf::kEntriesMax + 10), [](const auto&) { return fail(Code::unreachable, "down"); });
  clock_.advance(minutes(5));
  telemetry_->pump();
  EXPECT_EQ(body()["lost"], json::parse("[[1,11]]"));
  EXPECT_EQ(body()["entries"].size(), SpoolLedger::kEntriesMax);
}

TEST_F(OfTelemetry, ComesAgainNoSoonerThanTheServerAsks) {
  options_.every = hours(1);
  start();
  telemetry_->pump();
  net::ClientResponse refusal = answer(429, R"({"error":{"code":"too_many","message":"slowly"}})");
  refusal.headers = {{"retry-after", "90"}};
  http_.end(refusal);
  clock_.advance(seconds(89));
  telemetry_->pump();
  EXPECT_EQ(http_.open(), 0u);
  clock_.advance(seconds(1));
  telemetry_->pump();
  EXPECT_EQ(http_.open(), 1u);
}

TEST_F(OfTelemetry, TakesAnEntryOfOthersAtAnyTime) {
  start();
  telemetry_->pump();
  telemetry_->add({{"alert", "low-confidence"}});
  http_.end(answer(200, R"({"acked":[[1,1]]})"));
  clock_.advance(seconds(2));
  telemetry_->pump();
  EXPECT_EQ(body()["entries"], json::parse(R"([{"alert":"low-confidence","seq":2}])"));
}

TEST_F(OfTelemetry, ALookThatIsSoonDueComesAlongWithAnEntryAndIsNoWriteOfItsOwn) {
  start();
  run(seconds(61), [](const auto&) { return fail(Code::unreachable, "down"); });
  clock_.advance(seconds(50));
  const std::uint64_t before = files_.operations();
  telemetry_->add({{"windows", json::array({"w"})}});
  EXPECT_EQ(files_.operations() - before, 2u) << "one write, one sync";
  clock_.advance(seconds(59));
  telemetry_->pump();
  EXPECT_EQ(body()["entries"][2], json::parse(R"({"look":3,"seq":3,"windows":["w"]})"));
  EXPECT_EQ(looks_, 3);
}

/// A server is asked no more often than it allows, whatever waits (60 requests a minute).
TEST_F(OfTelemetry, ABacklogArrivesWithoutAHurry) {
  start();
  run(hours(40), [](const auto&) { return fail(Code::unreachable, "down"); });
  TelemetryPeer peer;
  std::vector<Monotonic> requests;
  run(minutes(10), [&](const net::ClientRequest& request) {
    requests.push_back(clock_.monotonic());
    return answer(200, peer.take(request.body));
  });
  EXPECT_EQ(peer.times("look").size(), 2410u);
  ASSERT_GT(requests.size(), 60u);
  for (std::size_t i = 60; i < requests.size(); ++i) EXPECT_GE(requests[i] - requests[i - 60], minutes(1));
}

TEST_F(OfTelemetry, AnAnswerThatAcknowledgesNothingIsNoReasonToAskAtOnce) {
  for (const char* said : {R"({"acked":[]})", R"({"acked":[[900,999]]})", R"({"acked":[[9,1]]})", "{}"}) {
    start();
    int requests = 0;
    run(hours(1), [&](const auto&) {
      ++requests;
      return answer(200, said);
    });
    EXPECT_GT(requests, 5) << said;
    EXPECT_LT(requests, 75) << said;
  }
}

TEST_F(OfTelemetry, OneEntryThatTheServerRefusesHoldsUpNoOther) {
  start();
  run(hours(2), [](const auto&) { return fail(Code::unreachable, "down"); });
  telemetry_->add({{"poison", 1}});
  TelemetryPeer peer;
  run(hours(1), [&](const net::ClientRequest& request) {
    if (request.body.find("poison") != std::string::npos)
      return answer(400, R"({"error":{"code":"bad_json","message":"entries[3]"}})");
    return answer(200, peer.take(request.body));
  });
  EXPECT_GE(peer.times("look").size(), 179u);
  EXPECT_EQ(peer.lost(), 0u);
  run(hours(2), [&](const net::ClientRequest& request) { return answer(200, peer.take(request.body)); });
  EXPECT_EQ(peer.times("poison").size(), 1u) << "it was kept, and tried again";
}

TEST_F(OfTelemetry, AClockThatIsNotBelievedMakesNothingOld) {
  clock_.set(UnixTime{});
  clock_is_right_ = false;
  start();
  const auto down = [](const auto&) { return fail(Code::unreachable, "down"); };
  run(hours(5), down);
  clock_.set(UnixTime(seconds(1'800'000'000)));
  clock_is_right_ = true;
  run(hours(5), down);
  TelemetryPeer peer;
  run(minutes(10), [&](const net::ClientRequest& request) { return answer(200, peer.take(request.body)); });
  EXPECT_EQ(peer.times("look").size(), 610u);
  EXPECT_EQ(peer.lost(), 0u);
}

}  // namespace
}  // namespace drover::agent
