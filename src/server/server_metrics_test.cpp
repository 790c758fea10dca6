#include "server/server_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/process.h"
#include "monitor/testing.h"
#include "monitor/window_json.h"
#include "server/test_fleet.h"

namespace drover::server {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

ServerSnapshot full() {
  db::WindowSums sums{.version = "1.1.0",
                      .devices = 2,
                      .windows = 4,
                      .inferences = 200,
                      .failures = 20,
                      .labelled = 10,
                      .right = 9,
                      .confident = 180,
                      .confidence_sum = 135,
                      .latency_p95_ms_max = 4.5};
  return {.counters = {{"drover_server_requests_total", "Requests taken.", 7}},
          .gauges = {{"drover_server_waiting", "Requests that wait for a change.", 2}},
          .hooks = {.recorded = 1, .held = 2, .rolled_back = 3, .repeated = 4},
          .fleet = {.enrolled = 3,
                    .online = 2,
                    .revoked = 1,
                    .running = {{{"defect", "1.1.0"}, 2}},
                    .windows = {{"defect", {sums, {.version = "1.0.0"}}}},
                    .firing = {{"cam-1", "defect", "low-confidence"}, {"cam-2", "defect", "low-confidence"}},
                    .devices = {{.device = "cam-1",
                                 .model = "defect",
                                 .version = "1.1.0",
                                 .inferences = 60,
                                 .confidence_rolling = 0.7012}}}};
}

TEST(ServerMetrics, TellTheFleetByModelAndVersion) {
  const std::string page = server_metrics(full());
  for (const char* line :
       {"drover_server_requests_total 7\n",
        "drover_server_outside_alerts_total{decision=\"rolled_back\"} 3\n", "drover_fleet_devices_online 2\n",
        "drover_fleet_devices_running{model=\"defect\",version=\"1.1.0\"} 2\n",
        "drover_fleet_inferences{model=\"defect\",version=\"1.1.0\"} 200\n",
        "drover_fleet_confidence_ratio{model=\"defect\",version=\"1.1.0\"} 0.75\n",
        "drover_fleet_error_ratio{model=\"defect\",version=\"1.1.0\"} 0.19\n",
        "drover_fleet_accuracy_ratio{model=\"defect\",version=\"1.1.0\"} 0.9\n",
        "drover_fleet_latency_p95_max_seconds{model=\"defect\",version=\"1.1.0\"} 0.0045\n",
        "drover_fleet_alerts_firing{model=\"defect\",rule=\"low-confidence\"} 2\n",
        "drover_device_confidence_rolling_ratio{device=\"cam-1\",model=\"defect\","
        "version=\"1.1.0\"} 0.7012\n"})
    EXPECT_THAT(page, HasSubstr(line));
  EXPECT_THAT(page, Not(HasSubstr("drover_fleet_confidence_ratio{model=\"defect\",version=\"1.0.0\"}")))
      << "nothing is known of it";
}

TEST(ServerMetrics, AreWhatPrometheusOwnReaderTakes) {
  if (::access("/usr/bin/promtool", X_OK) != 0)
    GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  const std::string file = testing::TempDir() + "drover-server-metrics.txt";
  std::ofstream(file) << server_metrics(full());
  const auto checked = run_process({.argv = {"/bin/sh", "-c", "/usr/bin/promtool check metrics < " + file}});
  ASSERT_TRUE(checked) << checked.error().text();
  EXPECT_EQ(checked->exit_code, 0) << checked->out << checked->err;
}

TEST(ErrorRate, CountsFailuresAndOfTheRestTheShareOfWrongLabels) {
  EXPECT_EQ(error_rate(0, 0, 5, 1), std::nullopt);
  EXPECT_EQ(error_rate(100, 20, 0, 0), 0.2);
  EXPECT_DOUBLE_EQ(*error_rate(100, 20, 10, 5), 0.2 + 0.8 * 0.5);
}

/// Against a running server: windows that ended now, of the machine's clock.
struct RunningMetrics : testing::Test {
  std::string page(bool per_device) {
    TestFleet fleet([&](Config& config) { config.per_device_metrics = per_device; });
    fleet.enrol("cam-1", fleet.token());
    fleet.as(
        "cam-1", "POST", "/device/v1/shadow",
        R"({"state":{"reported":{"models":{"defect":{"version":"1.0.0"},"Bad Name":{"version":"x"}}}}})");
    const std::int64_t now_ms = system_clock().now().time_since_epoch().count() * 1000;
    const monitor::Window window =
        monitor::testing::window_of(monitor::testing::inferences(60, 1), now_ms - 60'000, now_ms);
    const json element = {{"model", "defect"},
                          {"version", "1.0.0"},
                          {"digest", sha256("bundle").hex()},
                          {"window", monitor::to_json(window, monitor::testing::scheme())},
                          {"confidence_rolling", 0.5}};
    const json body = {{"epoch", "e"}, {"entries", {{{"seq", 1}, {"windows", {element}}}}}};
    EXPECT_EQ(fleet.as("cam-1", "POST", "/device/v1/telemetry", body.dump()).status, 200);
    return fleet.send(fleet.pki.stranger(), {.url = "/metrics"}).raw.body;
  }
};

TEST_F(RunningMetrics, CountDevicesAndAddUpTheirNewestWindows) {
  const std::string got = page(false);
  EXPECT_THAT(got, HasSubstr("drover_fleet_devices_online 1\n"));
  EXPECT_THAT(got, HasSubstr("drover_fleet_devices_running{model=\"defect\",version=\"1.0.0\"} 1\n"));
  EXPECT_THAT(got, HasSubstr("drover_fleet_inferences{model=\"defect\",version=\"1.0.0\"} 60\n"));
  EXPECT_THAT(got, HasSubstr("drover_server_windows_total 1\n"));
  EXPECT_THAT(got, Not(HasSubstr("cam-1"))) << "devices are not told unless the owner wants them";
  EXPECT_THAT(got, Not(HasSubstr("Bad Name")));
}

TEST_F(RunningMetrics, TellEachDeviceWhereTheOwnerWantsIt) {
  EXPECT_THAT(page(true),
              HasSubstr("drover_device_confidence_rolling_ratio{device=\"cam-1\",model=\"defect\","
                        "version=\"1.0.0\"} 0.5\n"));
}

}  // namespace
}  // namespace drover::server
