#include "agent/influx_sink.h"

#include <gtest/gtest.h>

#include <set>

#include <nlohmann/json.hpp>

#include "agent/fake_http.h"
#include "agent/influx_points.h"
#include "fs/sim_file_system.h"
#include "monitor/testing.h"
#include "monitor/window_json.h"
#include "sink/line_protocol.h"
#include "sink/test_database.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using std::chrono::seconds;

json windows(std::int64_t minute) {
  const monitor::Window window = monitor::testing::window_of(monitor::testing::inferences(60, 1),
                                                             (minute - 1) * 60'000, minute * 60'000);
  return {
      {"windows",
       {{{"model", "defect"},
         {"version", "1.0.0"},
         {"digest", std::string(64, 'a')},
         {"window", monitor::to_json(window, monitor::testing::scheme())},
         {"confidence_rolling", 0.5},
         {"drift", {{"columns", {{"light", {{"ks", {0.25, 0.5}}, {"psi", 0.1}, {"enough", false}}}}}}}}}}};
}

struct InfluxSinkTest : testing::Test {
  fs::SimFileSystem files;
  FakeHttp http;
  ManualClock clock{UnixTime(seconds(1'800'000'000))};
  Outside outside{http, files, clock, [](std::uint64_t) { return std::uint64_t{0}; }};
  std::unique_ptr<InfluxSink> sink;

  void SetUp() override { reopen(); }
  void reopen(std::uint64_t bytes_max = 16 << 20) {
    sink.reset();
    auto opened = InfluxSink::open(
        outside, {.target = {.url = "http://influx:8086", .database = "drover"},
                  .device = "cam-1",
                  .directory = "/state/influx",
                  .bytes_max = bytes_max,
                  .raw_version = [](const ModelName&, const Digest&) { return std::string("1.0.0"); }});
    ASSERT_TRUE(opened) << opened.error().text();
    sink = std::move(*opened);
  }
  void answered(int status) {
    sink->pump();
    ASSERT_EQ(http.open(), 1u);
    http.end(answer(status));
  }
  static std::size_t windows_in(const std::string& lines) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = lines.find("inference,", at)) != std::string::npos; ++at) ++count;
    return count;
  }
};

TEST_F(InfluxSinkTest, SendsWhatAWindowSaysAndForgetsItWhenItIsTaken) {
  sink->take(windows(1));
  sink->take(json{{"alerts", json::array()}});
  sink->pump();
  ASSERT_EQ(http.open(), 1u);
  EXPECT_EQ(http.request().url, "http://influx:8086/write?db=drover&precision=ns");
  const std::string& body = http.request().body;
  EXPECT_TRUE(body.starts_with("inference,device=cam-1,model=defect,version=1.0.0 confidence_mean=0."))
      << body;
  EXPECT_NE(body.find("confidence_rolling=0.5,latency_p50_ms="), std::string::npos) << body;
  EXPECT_NE(body.find("error_rate=0,count=60i 60000000000\n"), std::string::npos) << body;
  EXPECT_NE(body.find("drift,device=cam-1,model=defect,version=1.0.0,feature=light ks=0.25 60000000000\n"),
            std::string::npos)
      << body;
  http.end(answer(204));
  EXPECT_EQ(sink->waiting(), 0u);
  sink->pump();
  EXPECT_EQ(http.open(), 0u);
}

TEST_F(InfluxSinkTest, WaitsForADatabaseThatIsAwayThroughARestartOfTheAgent) {
  for (int minute = 1; minute <= 3; ++minute) sink->take(windows(minute));
  answered(503);
  sink->pump();
  EXPECT_EQ(http.open(), 0u) << "not at once again";
  EXPECT_EQ(sink->due(), clock.monotonic() + seconds(1));
  reopen();
  sink->take(windows(4));
  sink->pump();
  EXPECT_EQ(windows_in(http.request().body), 4u);
  http.end(answer(204));
  sink->take(windows(5));
  reopen();
  sink->pump();
  EXPECT_EQ(windows_in(http.request().body), 1u) << "how far the database was stands with the newest record";
}

TEST_F(InfluxSinkTest, ManyWindowsGoInSmallerBatchesWhereTheDatabaseWantsIt) {
  for (int minute = 1; minute <= 10; ++minute) sink->take(windows(minute));
  answered(413);
  sink->pump();
  EXPECT_EQ(windows_in(http.request().body), 5u);
  http.end(answer(204));
  EXPECT_EQ(sink->waiting(), 5u);
}

TEST_F(InfluxSinkTest, ARefusedBatchGoesAsideAndHoldsUpNoOther) {
  sink->take(windows(1));
  answered(400);
  EXPECT_EQ(sink->refused(), 1u);
  EXPECT_EQ(sink->waiting(), 0u);
  const auto kept = fs::read_file(files, "/state/influx/refused/1.lines", 1 << 20);
  ASSERT_TRUE(kept) << kept.error().text();
  EXPECT_EQ(windows_in(std::string(as_text(*kept))), 1u);
}

TEST_F(InfluxSinkTest, TheOldestMakeRoomBeyondTheBoundAndAreCounted) {
  reopen(600 << 10);
  const json entry = windows(1);
  for (int i = 0; i < 4000; ++i) sink->take(entry);
  EXPECT_GT(sink->lost(), 0u);
  EXPECT_EQ(sink->lost() + sink->waiting(), 4000u);
}

TEST_F(InfluxSinkTest, EachInferenceIsAPointWhereTheOwnerWantsIt) {
  ring::Record record = monitor::testing::inference(1, 1, 0.5F, 5, 100);
  record.timestamp_ns = 7'000'000'001;
  const ModelName model = ModelName::parse("defect").value();
  sink->record(model, record);
  record.kind = ring::Kind::label;
  sink->record(model, record);
  sink->pump();
  EXPECT_EQ(http.open(), 0u) << "they are gathered for a while";
  clock.advance(seconds(10));
  sink->pump();
  ASSERT_EQ(http.open(), 1u);
  EXPECT_EQ(
      http.request().body,
      "inference_raw,device=cam-1,model=defect,version=1.0.0 latency_ms=3,outcome=\"ok\",confidence=0.5,"
      "class=1i 7000000001\n");
}

/// The same over curl, to a database that goes away and comes back.
class InfluxSinkReal : public testing::TestWithParam<sink::TestDatabase::Kind> {
 protected:
  static bool is_influxdb() { return GetParam() == sink::TestDatabase::Kind::influxdb; }
  /// Points of the count of inferences.
  static std::size_t points(const sink::TestDatabase& database) {
    if (is_influxdb()) {
      const json found = database.query("SELECT%20count(%22count%22)%20FROM%20inference");
      return found["results"][0]["series"][0]["values"][0][1].get<std::size_t>();
    }
    database.ask("/internal/force_flush");
    const std::string text =
        database.ask("/api/v1/export?match[]=inference_count&reduce_mem_usage=0&start=0").second;
    std::set<std::int64_t> times;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const json line = json::parse(text.substr(at, end - at), nullptr, false);
      for (const json& time : line["timestamps"])
        EXPECT_TRUE(times.insert(time.get<std::int64_t>()).second) << "twice";
      at = end + 1;
    }
    return times.size();
  }
};

TEST_P(InfluxSinkReal, EveryWindowIsThereOnceThroughAnOutage) {
  if (!sink::TestDatabase::is_installed(GetParam()))
    GTEST_SKIP() << sink::TestDatabase::program(GetParam()) << " is not installed";
  sink::TestDatabase database(GetParam());
  if (is_influxdb()) database.query("CREATE%20DATABASE%20drover", "POST");
  fs::SimFileSystem files;
  const auto http = net::make_curl_client({});
  ManualClock clock{UnixTime(seconds(1'800'000'000))};
  Outside outside{*http, files, clock, [](std::uint64_t) { return std::uint64_t{0}; }};
  const auto influx = InfluxSink::open(outside, {.target = {.url = database.url(), .database = "drover"},
                                                 .device = "cam-1",
                                                 .directory = "/state/influx"})
                          .value();
  const auto run_until = [&](const auto& done) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(60);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      influx->pump();
      http->poll({}, std::chrono::milliseconds(20));
      clock.advance(seconds(1));
    }
    ASSERT_TRUE(done());
  };
  influx->take(windows(1));
  run_until([&] { return influx->waiting() == 0; });
  is_influxdb() ? database.kill9() : database.stop();
  for (int minute = 2; minute <= 300; ++minute) influx->take(windows(minute));
  for (int tries = 0; tries < 5; ++tries) {
    influx->pump();
    http->poll({}, std::chrono::milliseconds(20));
    clock.advance(std::chrono::minutes(2));
  }
  EXPECT_EQ(influx->waiting(), 299u);
  database.start();
  run_until([&] { return influx->waiting() == 0; });
  EXPECT_EQ(points(database), 300u);
}

INSTANTIATE_TEST_SUITE_P(Database, InfluxSinkReal,
                         testing::Values(sink::TestDatabase::Kind::influxdb,
                                         sink::TestDatabase::Kind::victoria_metrics),
                         [](const auto& kind) {
                           return kind.param == sink::TestDatabase::Kind::influxdb ? "Influxdb"
                                                                                   : "VictoriaMetrics";
                         });

}  // namespace
}  // namespace drover::agent
