#include "agent/shadow_sync.h"

#include <gtest/gtest.h>

#include "agent/fake_http.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using std::chrono::seconds;

class ShadowTest : public testing::Test {
 protected:
  FakeHttp http_;
  fs::SimFileSystem files_;
  ManualClock clock_{UnixTime{}};
  Outside outside_{http_, files_, clock_, [](std::uint64_t bound) { return bound - 1; }};
  const ModelName defect_ = *ModelName::parse("defect");

  static std::string shadow(int version, const char* model_version) {
    return json{
        {"state", {{"desired", {{"models", {{"defect", {{"version", model_version}, {"order", 1}}}}}}}}},
        {"desired_version", version}}
        .dump();
  }
};

TEST_F(ShadowTest, PollsAgainWithTheVersionItHeard) {
  std::vector<ShadowView> heard;
  ShadowListener listener(outside_, "https://h", [&](const ShadowView& view) { heard.push_back(view); });
  listener.pump();
  EXPECT_EQ(http_.request().url, "https://h/device/v1/shadow?known=0&wait=55");
  http_.end(answer(200, shadow(4, "1.0.0")));
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_TRUE(listener.online());
  listener.pump();
  EXPECT_EQ(http_.request().url, "https://h/device/v1/shadow?known=4&wait=55");
}

TEST_F(ShadowTest, BacksOffWhileNobodyAnswers) {
  ShadowListener listener(outside_, "https://h", [](const ShadowView&) { FAIL(); });
  std::vector<Monotonic> waits;
  for (int i = 0; i < 10; ++i) {
    listener.pump();
    http_.end(i % 2 == 0 ? Result<net::ClientResponse>(answer(503)) : fail(Code::unreachable, "down"));
    waits.push_back(listener.due() - clock_.monotonic());
    listener.pump();
    EXPECT_EQ(http_.open(), 0u) << "not before it is due";
    clock_.advance(waits.back());
  }
  EXPECT_EQ(waits[0], seconds(1));
  EXPECT_EQ(waits[3], seconds(8));
  EXPECT_EQ(waits[9], seconds(60));
  EXPECT_FALSE(listener.online());
}

TEST_F(ShadowTest, IsNotDrivenInCirclesByAServerThatHoldsNothing) {
  int heard = 0;
  ShadowListener listener(outside_, "https://h", [&](const ShadowView&) { ++heard; });
  for (int i = 0; i < 3; ++i) {
    listener.pump();
    if (http_.open() > 0) http_.end(answer(200, shadow(4, "1.0.0")));
  }
  EXPECT_EQ(heard, 2) << "the third poll waits";
}

TEST_F(ShadowTest, ReportsWhatIsNewestInOneUpdate) {
  ShadowReporter reporter(outside_, "https://h");
  lifecycle::Report report;
  report.state = lifecycle::State::checking;
  reporter.report(defect_, report);
  report.state = lifecycle::State::downloading;
  report.error = lifecycle::Failure{Code::not_found, "gone"};
  reporter.report(defect_, report);
  reporter.pump();
  const json body = json::parse(http_.request().body);
  EXPECT_EQ(body["state"]["reported"]["models"]["defect"]["state"], "downloading");
  EXPECT_EQ(body["state"]["reported"]["models"]["defect"]["error"]["code"], "not_found");
  EXPECT_EQ(body["state"]["reported"]["agent"]["version"], DROVER_VERSION);
  EXPECT_FALSE(reporter.delivered(defect_));
  http_.end(answer(200, "{}"));
  EXPECT_TRUE(reporter.delivered(defect_));
  EXPECT_EQ(reporter.due(), kNever);
}

TEST_F(ShadowTest, HealthIsAReportOfItsOwnAndIsSaidAgainOnlyWhenItWasLookedAtAgain) {
  ShadowReporter reporter(outside_, "https://h");
  const auto sent = [&] {
    reporter.pump();
    if (http_.open() == 0) return json(nullptr);
    const json body = json::parse(http_.request().body);
    http_.end(answer(200, "{}"));
    return body["state"]["reported"]["agent"]["health"];
  };
  reporter.report_health({{"uptime_s", 60}});
  EXPECT_EQ(sent(), json({{"uptime_s", 60}}));
  EXPECT_EQ(reporter.due(), kNever);
  reporter.report(defect_, {});
  EXPECT_EQ(sent(), json({{"uptime_s", 60}})) << "every report has it";
  reporter.report_health({{"uptime_s", 120}});
  EXPECT_EQ(sent(), json({{"uptime_s", 120}}));
  EXPECT_EQ(sent(), json(nullptr));
}

TEST_F(ShadowTest, KeepsAReportUntilTheNetworkIsBackAndPrefersWhatIsNewer) {
  ShadowReporter reporter(outside_, "https://h");
  lifecycle::Report report;
  report.state = lifecycle::State::checking;
  reporter.report(defect_, report);
  reporter.pump();
  report.state = lifecycle::State::idle;
  reporter.report(defect_, report);
  http_.end(fail(Code::unreachable, "down"));
  reporter.pump();
  EXPECT_EQ(http_.open(), 0u);
  reporter.network_is_back();
  reporter.pump();
  EXPECT_EQ(json::parse(http_.request().body)["state"]["reported"]["models"]["defect"]["state"], "idle");
}

}  // namespace
}  // namespace drover::agent
