// Windows on their way to a real InfluxDB.
#include "server/influx_writer.h"

#include <gtest/gtest.h>

#include "monitor/testing.h"
#include "monitor/window_json.h"
#include "server/test_fleet.h"
#include "sink/test_database.h"

namespace drover::server {
namespace {

using nlohmann::json;
using sink::TestDatabase;

json element(std::int64_t end_ms, const std::string& version = "1.0.0") {
  const monitor::Window window =
      monitor::testing::window_of(monitor::testing::inferences(60, 1), end_ms - 60'000, end_ms);
  return {{"model", "defect"},
          {"version", version},
          {"digest", sha256("bundle").hex()},
          {"window", monitor::to_json(window, monitor::testing::scheme())},
          {"confidence_rolling", 0.5},
          {"drift",
           {{"columns",
             {{"mean", {{"ks", {0.25, 0.5}}, {"psi", 0.125}, {"enough", true}}},
              {"few", {{"ks", {0.5, 0.75}}, {"psi", 9.0}, {"enough", false}}},
              {"odd", 7}}}}}};
}

TEST(InfluxFigures, AreWhatTheWindowAndItsDriftSay) {
  db::WindowRow row{.device = DeviceId::parse("cam-1").value(),
                    .model = "defect",
                    .version = "1.0.0",
                    .end_ms = 60'000,
                    .inferences = 100,
                    .failures = 20,
                    .labelled = 10,
                    .right = 5,
                    .confident = 80,
                    .confidence_sum = std::uint64_t{60} << 32,
                    .latency_p50_ms = 3.5,
                    .body = element(60'000).dump()};
  const sink::WindowFigures figures = figures_for_influx(row);
  EXPECT_EQ(figures.confidence_mean, 0.75);
  EXPECT_DOUBLE_EQ(*figures.error_rate, 0.6);
  EXPECT_EQ(figures.accuracy, 0.5);
  EXPECT_EQ(figures.drift.at("mean").ks, 0.25);
  EXPECT_EQ(figures.drift.at("mean").psi, 0.125);
  EXPECT_EQ(figures.drift.at("few").psi, std::nullopt) << "too few values for a verdict";
  EXPECT_FALSE(figures.drift.contains("odd"));
  row.body = "no JSON", row.confident = row.labelled = 0;
  EXPECT_TRUE(figures_for_influx(row).drift.empty());
  EXPECT_EQ(figures_for_influx(row).accuracy, std::nullopt);
}

struct WithInflux : testing::Test {
  static constexpr auto kKind = TestDatabase::Kind::influxdb;
  void SetUp() override {
    if (!TestDatabase::is_installed(kKind))
      GTEST_SKIP() << "influxd is not installed (Debian package influxdb)";
    database = std::make_unique<TestDatabase>(kKind);
    database->query("CREATE%20DATABASE%20drover", "POST");
    fleet = std::make_unique<TestFleet>([this](Config& config) {
      config.influx_url = database->url();
      config.influx_database = "drover";
    });
    fleet->enrol("cam-1", fleet->token());
  }
  /// One window a minute from minute `first` on.
  void send(int first, int count) {
    for (int i = first; i < first + count; ++i) {
      const json body = {{"epoch", "e"}, {"entries", {{{"seq", i}, {"windows", {element(i * 60'000LL)}}}}}};
      ASSERT_EQ(fleet->as("cam-1", "POST", "/device/v1/telemetry", body.dump()).status, 200);
    }
  }
  int points(const std::string& measurement, const std::string& field) {
    const json answer = database->query("SELECT%20count(%22" + field + "%22)%20FROM%20" + measurement);
    return answer.value(json::json_pointer("/results/0/series/0/values/0/1"), 0);
  }
  template <class Done>
  void wait_until(const char* what, const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) ASSERT_LT(std::chrono::steady_clock::now(), deadline) << what;
  }

  std::unique_ptr<TestDatabase> database;
  std::unique_ptr<TestFleet> fleet;
};

TEST_F(WithInflux, EveryWindowArrivesOnceThroughAnOutageOfTheDatabaseAndARestartOfTheServer) {
  send(1, 5);
  wait_until("five are there", [&] { return points("inference", "count") == 5; });
  database->kill9();
  send(6, 5);
  fleet->stop();
  fleet->start();
  send(11, 5);
  wait_until("it was tried", [&] { return fleet->app->services().influx.retries > 0; });
  database->start();
  wait_until("all are there", [&] { return points("inference", "count") == 15; });
  EXPECT_EQ(points("drift", "ks"), 2 * 15);
  EXPECT_EQ(points("drift", "psi"), 15);
  const json times = database->query("SELECT%20count%20FROM%20inference&epoch=ms");
  const json& values = times["results"][0]["series"][0]["values"];
  for (int i = 0; i < 15; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)][0], (i + 1) * 60'000LL);
}

TEST_F(WithInflux, WhatWasSentAndNotRememberedOverwritesItself) {
  send(1, 3);
  wait_until("three are there", [&] { return points("inference", "count") == 3; });
  fleet->stop();
  fleet->start();
  ASSERT_TRUE(fleet->app->services().store->put_setting("influx/sent", "0"));
  fleet->stop();
  fleet->start();
  send(4, 1);
  wait_until("the fourth is there", [&] { return points("inference", "count") == 4; });
}

TEST_F(WithInflux, ABatchThatIsRefusedGoesAsideAndTheNextOnesGoOn) {
  const auto spoiled = net::make_curl_client({})->perform({.method = "POST",
                                                           .url = database->url() + "/write?db=drover",
                                                           .body = "inference count=\"text\" 1\n"});
  ASSERT_EQ(spoiled->status, 204);
  database->query("DROP%20SERIES%20FROM%20drift", "POST");
  send(1, 1);
  wait_until("it was refused", [&] { return fleet->app->services().influx.refused > 0; });
  const auto aside = fleet->pki.path("influx-refused") + "/1.lines";
  const auto kept = fs::read_file(fs::real_file_system(), aside, 1 << 20);
  ASSERT_TRUE(kept) << kept.error().text();
  EXPECT_NE(as_text(*kept).find("field type conflict"), std::string::npos);
  EXPECT_NE(as_text(*kept).find("inference,device=cam-1"), std::string::npos);
  database->query("DROP%20MEASUREMENT%20inference", "POST");
  send(2, 1);
  wait_until("the next is there", [&] { return points("inference", "count") == 1; });
}

}  // namespace
}  // namespace drover::server
