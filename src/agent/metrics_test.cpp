#include "agent/metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "agent/metrics_part.h"
#include "base/process.h"
#include "net/raw_client.h"

namespace drover::agent {
namespace {

using testing::HasSubstr;

VersionTally tally() {
  VersionTally tally;
  const auto add = [&](ring::Outcome outcome, std::uint64_t latency_ns, float confidence) {
    ring::Record record;
    record.outcome = outcome;
    record.latency_ns = latency_ns;
    record.confidence = confidence;
    tally.add(record);
  };
  add(ring::Outcome::ok, 65'535, 0.5F);
  add(ring::Outcome::ok, 65'536, 0.75F);
  add(ring::Outcome::ok, 3'000'000, -1);
  add(ring::Outcome::failed, 60'000'000'000, 0.25F);
  return tally;
}

AgentSnapshot full() {
  return {.device = "cam-1",
          .online = true,
          .health =
              {.uptime_s = 3600, .cpu_pct = 12.5, .mem_free_mb = 100.5, .disk_free_mb = 2000, .temp_c = 41.5},
          .models =
              {{.model = "defect",
                .versions = {{"1.1.0", tally()}, {"1.0.0", {}}},
                .dropped = 3,
                .bad = 2,
                .deaths = 1,
                .labels_unknown = 4,
                .state = lifecycle::State::probation,
                .active_version = "1.1.0",
                .active_digest = "abcd",
                .confidence_rolling = 0.9123,
                .predictions = {{"good", 7}, {"other", 1}},
                .drift = {{.column = "mean", .ks = 0.021, .psi = 0.013, .statistic = 1.7, .threshold = 1148},
                          {.column = "confidence", .ks = 0.5}},
                .rules = {{"low-confidence", RulePhase::firing}, {"slow", RulePhase::inactive}}}},
          .spool = SpoolSnapshot{.bytes = 4096, .entries = 5, .lost = 6}};
}

TEST(AgentMetrics, TellsEverythingThatIsKnown) {
  const std::string page = agent_metrics(full());
  for (const char* line : {
           "drover_agent_info{version=\"" DROVER_VERSION "\",device=\"cam-1\"} 1\n",
           "drover_agent_online 1\n",
           "drover_device_cpu_ratio 0.125\n",
           "drover_device_memory_free_bytes 100500000\n",
           "drover_device_temperature_celsius 41.5\n",
           "drover_inferences_total{model=\"defect\",version=\"1.1.0\",outcome=\"ok\"} 3\n",
           "drover_inferences_total{model=\"defect\",version=\"1.1.0\",outcome=\"failed\"} 1\n",
           "drover_inferences_total{model=\"defect\",version=\"1.0.0\",outcome=\"ok\"} 0\n",
           "drover_inference_confidence_ratio_sum{model=\"defect\",version=\"1.1.0\"} 1.5\n",
           "drover_inference_confidence_ratio_count{model=\"defect\",version=\"1.1.0\"} 3\n",
           "drover_confidence_rolling_ratio{model=\"defect\",version=\"1.1.0\"} 0.9123\n",
           "drover_window_predictions{model=\"defect\",version=\"1.1.0\",class=\"good\"} 7\n",
           "drover_ring_dropped_records_total{model=\"defect\"} 3\n",
           "drover_application_deaths_total{model=\"defect\"} 1\n",
           "drover_labels_unknown_total{model=\"defect\"} 4\n",
           "drover_model_info{model=\"defect\",version=\"1.1.0\",digest=\"abcd\"} 1\n",
           "drover_model_state{model=\"defect\",state=\"probation\"} 1\n",
           "drover_model_state{model=\"defect\",state=\"idle\"} 0\n",
           "drover_drift_ks_ratio{model=\"defect\",version=\"1.1.0\",feature=\"mean\"} 0.021\n",
           "drover_drift_ks_ratio{model=\"defect\",version=\"1.1.0\",feature=\"confidence\"} 0.5\n",
           "drover_drift_threshold{model=\"defect\",version=\"1.1.0\",feature=\"mean\"} 1148\n",
           "drover_rule_state{model=\"defect\",rule=\"low-confidence\"} 2\n",
           "drover_rule_state{model=\"defect\",rule=\"slow\"} 0\n",
           "drover_spool_lost_entries 6\n",
       })
    EXPECT_THAT(page, HasSubstr(line));
  EXPECT_EQ(page.find("drover_drift_psi{model=\"defect\",version=\"1.1.0\",feature=\"confidence\"}"),
            std::string::npos)
      << "what is not known is not told";
}

TEST(AgentMetrics, ALatencyIsCountedAtTheExactBounds) {
  const std::string page = agent_metrics(full());
  const std::string series = "drover_inference_latency_seconds_bucket{model=\"defect\",version=\"1.1.0\",le=";
  EXPECT_THAT(page, HasSubstr(series + "\"6.5535e-05\"} 1\n"));
  EXPECT_THAT(page, HasSubstr(series + "\"0.000131071\"} 2\n"));
  EXPECT_THAT(page, HasSubstr(series + "\"+Inf\"} 4\n"));
  EXPECT_THAT(page,
              HasSubstr("drover_inference_latency_seconds_count{model=\"defect\",version=\"1.1.0\"} 4\n"));
  EXPECT_THAT(
      page,
      HasSubstr("drover_inference_latency_seconds_sum{model=\"defect\",version=\"1.1.0\"} 60.003131071"));
}

TEST(AgentMetrics, AnAgentThatKnowsNothingYetSaysThatItIsThere) {
  EXPECT_EQ(agent_metrics({}),
            "# HELP drover_agent_info The agent's version and the device; always 1.\n"
            "# TYPE drover_agent_info gauge\n"
            "drover_agent_info{version=\"" DROVER_VERSION "\",device=\"\"} 1\n");
}

TEST(AgentMetrics, IsWhatPrometheusOwnReaderTakes) {
  if (::access("/usr/bin/promtool", X_OK) != 0)
    GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  const std::string file = testing::TempDir() + "drover-agent-metrics.txt";
  std::ofstream(file) << agent_metrics(full());
  const auto checked = run_process({.argv = {"/bin/sh", "-c", "/usr/bin/promtool check metrics < " + file}});
  ASSERT_TRUE(checked) << checked.error().text();
  EXPECT_EQ(checked->exit_code, 0) << checked->out << checked->err;
}

TEST(AgentMetrics, AreServedAtOneAddressAndNowhereElse) {
  const auto part = MetricsPart::open("127.0.0.1:0", system_clock(), full).value();
  const auto get = [&](const std::string& path) {
    std::atomic<bool> is_done = false;
    std::string answer;
    std::thread client([&] {
      const net::RawClient raw(part->port());
      raw.send("GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n");
      answer = raw.read_to_close();
      is_done = true;
    });
    while (!is_done) part->pump();
    client.join();
    return answer;
  };
  EXPECT_THAT(get("/metrics"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(get("/metrics"), HasSubstr("\ndrover_agent_online 1\n"));
  EXPECT_THAT(get("/"), HasSubstr("HTTP/1.1 404"));
}

}  // namespace
}  // namespace drover::agent
