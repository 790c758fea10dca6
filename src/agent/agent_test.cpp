#include "agent/agent.h"

#include <gtest/gtest.h>

#include <fstream>

#include "agent/fake_http.h"
#include "base/log.h"
#include "ring/ring_testing.h"

namespace drover::agent {
namespace {

using lifecycle::State;

/// Ends Agent::run() after some turns of its loop; nothing is waited for.
class TurnsHttp : public FakeHttp {
 public:
  void poll(const std::vector<int>&, std::chrono::milliseconds) override {
    if (at_poll) at_poll();
    if (--turns_left == 0) stop = 1;
  }
  int turns_left = 8;
  volatile std::sig_atomic_t stop = 0;
  std::function<void()> at_poll;
};

/// A whole agent over a real disk, with nobody at the other end of the network.
class AgentTest : public testing::Test {
 protected:
  void SetUp() override {
    log::start("agent_test", log::Format::text, log::Level::error);
    config_.repository = "https://h/repo";
    config_.state_dir = here_.path() / "state";
    config_.run_dir = here_.path() / "run";
    config_.worker = here_.path() / "no-worker";
  }
  /// An agent before this one was in `state` with each of these models.
  void remember(std::initializer_list<const char*> models) {
    DeviceStore store(fs::real_file_system(), config_.state_dir);
    ASSERT_TRUE(store.open());
    for (const char* name : models) {
      lifecycle::Record record;
      record.state = State::checking;
      record.assignment = lifecycle::Assignment{.version = *Version::parse("1.0.0"), .order = 3};
      ASSERT_TRUE(store.prepare(*ModelName::parse(name)));
      ASSERT_TRUE(store.save(*ModelName::parse(name), record));
    }
  }
  lifecycle::Records on_disk() {
    DeviceStore store(fs::real_file_system(), config_.state_dir);
    EXPECT_TRUE(store.open());
    return store.records();
  }
  [[nodiscard]] bool has_ring(const char* model) const {
    return std::filesystem::is_regular_file(config_.run_dir / (std::string(model) + ".ring"));
  }

  ring::TestDirectory here_;
  Config config_;
  TurnsHttp http_;
  ManualClock clock_{UnixTime(std::chrono::seconds(1'800'000'000))};
  Outside outside_{http_, fs::real_file_system(), clock_, [](std::uint64_t) { return std::uint64_t{0}; }};
};

TEST_F(AgentTest, TakesUpEveryModelThatTheDiskRemembersAndThoseThatItIsToFollow) {
  remember({"alpha", "beta", "gamma"});
  config_.models = {{.name = *ModelName::parse("delta"), .channel = "stable"}};
  {
    const auto agent = Agent::open(config_, outside_);
    ASSERT_TRUE(agent) << agent.error().text();
    (*agent)->run(http_.stop);
  }
  for (const char* model : {"alpha", "beta", "gamma"}) {
    EXPECT_TRUE(has_ring(model)) << model;
    const lifecycle::Record record = on_disk().at(*ModelName::parse(model));
    EXPECT_EQ(record.state, State::checking) << model;
    EXPECT_GT(record.revision, 1u) << "taken up again";
  }
  EXPECT_TRUE(has_ring("delta"));
}

TEST_F(AgentTest, AModelWithoutARingIsTakenUpWhenThereCanBeOneAndTheOthersMeanwhile) {
  config_.server = "https://h";
  config_.device = *DeviceId::parse("press-7");
  const auto agent = Agent::open(config_, outside_);
  ASSERT_TRUE(agent) << agent.error().text();
  const auto in_the_way = config_.run_dir / "beta.ring";
  std::filesystem::create_directory(in_the_way);
  http_.at_poll = [&] {
    if (http_.request_to("/device/v1/shadow?") == nullptr) return;
    http_.end_to("/device/v1/shadow?", answer(200, R"({"state":{"desired":{"models":{
        "alpha":{"version":"1.0.0","order":1},"beta":{"version":"1.0.0","order":1}}}},"desired_version":4})"));
  };
  (*agent)->run(http_.stop);
  EXPECT_TRUE(has_ring("alpha"));
  EXPECT_EQ(on_disk().size(), 1u);

  std::filesystem::remove(in_the_way);
  http_.at_poll = nullptr;
  http_.stop = 0, http_.turns_left = 4;
  clock_.advance(std::chrono::seconds(15));
  (*agent)->run(http_.stop);
  EXPECT_TRUE(has_ring("beta"));
  EXPECT_EQ(on_disk().at(*ModelName::parse("beta")).assignment->order, 1u);
}

TEST_F(AgentTest, WhatItCannotFollowOfItsAssignmentsStandsInItsReport) {
  remember({"old"});  // by the order 3
  config_.server = "https://h";
  config_.device = *DeviceId::parse("press-7");
  const auto agent = Agent::open(config_, outside_);
  ASSERT_TRUE(agent) << agent.error().text();
  std::map<std::string, nlohmann::json> errors;
  std::string desired = R"({"old":{"version":"1.0.0","order":2},"k":"1.4.0"})";
  int version = 4;
  http_.at_poll = [&] {
    if (http_.request_to("/device/v1/shadow?") != nullptr)
      http_.end_to("/device/v1/shadow?",
                   answer(200, R"({"state":{"desired":{"models":)" + desired + R"(}},"desired_version":)" +
                                   std::to_string(version) + "}"));
    while (const auto* request = http_.request_to("/device/v1/shadow")) {
      if (request->method != "POST") break;
      const auto body = nlohmann::json::parse(request->body);
      const auto& reported = body["state"]["reported"];
      if (reported.contains("models"))
        for (const auto& [model, entry] : reported["models"].items()) errors[model] = entry["error"];
      http_.end_to("/device/v1/shadow", answer(200, "{}"));
    }
  };
  (*agent)->run(http_.stop);
  ASSERT_TRUE(errors["old"].is_object());
  EXPECT_EQ(errors["old"]["code"], "conflict");
  ASSERT_TRUE(errors["k"].is_object());
  EXPECT_EQ(errors["k"]["code"], "bad_response");

  desired = R"({"old":{"version":"1.0.0","order":4},"k":{"version":"1.4.0","order":1}})";
  version = 5;
  http_.stop = 0, http_.turns_left = 8;
  clock_.advance(std::chrono::seconds(2));
  (*agent)->run(http_.stop);
  for (const char* model : {"old", "k"})  // that there is no repository is another matter
    EXPECT_EQ(errors[model].dump().find("desired.models"), std::string::npos) << errors[model];
}

TEST_F(AgentTest, ReportsItsHealthOnceAPeriodAndShowsItToWhoAsksOnTheDevice) {
  config_.server = "https://h";
  config_.sysfs = here_.path() / "sys";
  config_.device = *DeviceId::parse("press-7");
  const auto agent = Agent::open(config_, outside_);
  ASSERT_TRUE(agent) << agent.error().text();
  std::vector<nlohmann::json> told;
  const auto zone = here_.path() / "sys/class/thermal/thermal_zone0";
  std::filesystem::create_directories(zone);
  const auto warm_up_to = [&](int thousandths) { std::ofstream(zone / "temp") << thousandths << "\n"; };
  warm_up_to(41'000);
  http_.at_poll = [&] {
    const auto* request = http_.request_to("/device/v1/shadow");
    if (request == nullptr || request->method != "POST") return;
    told.push_back(nlohmann::json::parse(request->body)["state"]["reported"]["agent"]);
    http_.end_to("/device/v1/shadow", answer(200, "{}"));
  };
  (*agent)->run(http_.stop);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_GT(told[0]["health"]["uptime_s"].get<double>(), 0);
  EXPECT_GT(told[0]["health"]["disk_free_mb"].get<double>(), 0);
  EXPECT_EQ(told[0]["health"]["temp_c"], 41);
  warm_up_to(43'000);
  http_.stop = 0, http_.turns_left = 8;
  (*agent)->run(http_.stop);
  EXPECT_EQ(told.size(), 1u) << "not before the period is over";
  clock_.advance(config_.report);
  http_.stop = 0, http_.turns_left = 8;
  (*agent)->run(http_.stop);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1]["health"]["temp_c"], 43);
}

TEST_F(AgentTest, ASecondAgentIsRefusedWhileOneRuns) {
  const auto first = Agent::open(config_, outside_);
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(Agent::open(config_, outside_).error().code, Code::conflict);
}

}  // namespace
}  // namespace drover::agent
