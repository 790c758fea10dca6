// Clocks that are wrong, and metadata that have ended.
#include "base/clock.h"

#include <gtest/gtest.h>

#include "device_clock.h"
#include "fake_app.h"
#include "fleet.h"

namespace drover::e2e {
namespace {

using std::chrono::days;

constexpr const char* k1970 = "1970-01-01T00:00:00Z";
constexpr const char* k2100 = "2100-01-01T00:00:00Z";

json agent_of(const Device& device) { return device.ask({"status"}).at("agent"); }

std::string code_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? text(*found, "code") : "";
}

void expect_runs(const Device& device, const std::string& version) {
  EXPECT_EQ(device.model()["version"], version);
  device.expect_sound(version);
  FakeApp(device.directory()).infer(1, ring::Outcome::ok);
}

void wait_for_code(Device& device, const char* key, const std::string& code) {
  wait_until(
      std::string(key) + " tells " + code, [&] { return code_at(agent_of(device), key) == code; },
      &device.agent());
}

class StandaloneWithAWrongClock : public testing::Test {
 protected:
  Scratch scratch_;
  Workspace workspace_{scratch_.path() / "workspace"};
  Device device_{scratch_.path() / "device", workspace_};
  DeviceClock clock_{scratch_.path() / "clock"};

  void run_first_version() {
    workspace_.publish({.version = "1.0.0"});
    device_.start(clock_.environment());
    device_.wait_committed("1.0.0");
  }
  /// `drover …` on a machine with this clock.
  void publisher_at(UnixTime time, Words words) {
    Words all = {"/usr/bin/env", "DROVER_FAKE_TIME=" + seconds_text(time), program("drover")};
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), {"--workspace", workspace_.directory().string()});
    must(all);
  }
  void boot_at(const char* time) {
    device_.stop();
    clock_.set(time);
    device_.start(clock_.environment());
  }
};

TEST_F(StandaloneWithAWrongClock, At1970RunsOnInstallsNothingAndSaysWhyUntilTheClockHeals) {
  run_first_version();
  boot_at(k1970);
  workspace_.publish({.version = "1.1.0"});
  device_.wait_refused("clock_untrusted");
  EXPECT_NE(device_.model()["error"].value("message", "").find("1970"), std::string::npos);
  EXPECT_EQ(code_at(agent_of(device_), "clock"), "clock_untrusted");
  expect_runs(device_, "1.0.0");
  clock_.heal();
  device_.wait_committed("1.1.0");
  EXPECT_EQ(agent_of(device_)["clock"], nullptr);
}

TEST_F(StandaloneWithAWrongClock, At2100RunsOnInstallsNothingAndSaysWhyUntilTheClockHeals) {
  run_first_version();
  boot_at(k2100);
  workspace_.publish({.version = "1.1.0"});
  wait_for_code(device_, "error", "metadata_expired");
  wait_for_code(device_, "clock", "clock_untrusted");
  expect_runs(device_, "1.0.0");
  clock_.heal();
  device_.wait_committed("1.1.0");
  EXPECT_EQ(agent_of(device_)["clock"], nullptr);
}

TEST_F(StandaloneWithAWrongClock, ExpiredMetadataBlockNewVersionsButNoRollbackUntilTheyAreSignedAnew) {
  run_first_version();
  workspace_.publish({.version = "1.1.0"});
  device_.wait_committed("1.1.0");
  const UnixTime later = system_clock().now() + days(200);  // the root still holds, the timestamp does not
  clock_.set(later);
  workspace_.publish({.version = "1.2.0"});
  wait_for_code(device_, "error", "metadata_expired");
  EXPECT_EQ(agent_of(device_)["clock"], nullptr) << "the clock may well be right";
  expect_runs(device_, "1.1.0");
  device_.ask({"rollback", "--model", "kws"});
  device_.wait_for("1.0.0 is back", [](const json& model) {
    return text(model, "version") == "1.0.0" && text(model, "state") == "idle";
  });
  const Path bundle = workspace_.pack({.version = "1.3.0"});
  publisher_at(later, {"key", "renew", "targets"});
  publisher_at(later, {"model", "publish", bundle.string(), "--channel", "stable"});
  device_.wait_committed("1.3.0");
}

class WithServerAndAWrongClock : public testing::Test {
 protected:
  Scratch scratch_;
  const int port_ = free_port();
  Workspace workspace_{scratch_.path() / "workspace", port_};
  Server server_{workspace_, port_};
  DeviceClock clock_{scratch_.path() / "clock"};
  std::unique_ptr<Device> device_;

  void boot_at(const char* time) {
    server_.start();
    device_ = std::make_unique<Device>(scratch_.path() / "device", workspace_, server_, "press-7");
    for (const char* version : {"1.0.0", "1.1.0"}) workspace_.publish({.version = version});
    server_.assign("press-7", "1.0.0");
    device_->start(clock_.environment());
    device_->wait_committed("1.0.0");
    device_->stop();
    clock_.set(time);
    server_.assign("press-7", "1.1.0");
    device_->start(clock_.environment());
  }
};

TEST_F(WithServerAndAWrongClock, At1970StillBelievesItsServerAndTellsItWhyItWaits) {
  boot_at(k1970);
  server_.wait_reported("press-7", "the clock", [](const json& reported) {
    return text(reported, "version") == "1.0.0" && error_code(reported) == "clock_untrusted";
  });
  expect_runs(*device_, "1.0.0");
  clock_.heal();
  device_->wait_committed("1.1.0");
}

TEST_F(WithServerAndAWrongClock, At2100BelievesNobodyRunsOnAndNamesTheClock) {
  boot_at(k2100);
  wait_for_code(*device_, "error", "not_authenticated");
  wait_for_code(*device_, "clock", "clock_untrusted");
  const json agent = agent_of(*device_);
  EXPECT_NE(agent["error"].value("message", "").find("clock"), std::string::npos) << agent.dump(2);
  EXPECT_FALSE(agent.value("online", true));
  expect_runs(*device_, "1.0.0");
  clock_.heal();
  device_->wait_committed("1.1.0");
  server_.wait_reported("press-7", "1.1.0",
                        [](const json& reported) { return text(reported, "version") == "1.1.0"; });
}

}  // namespace
}  // namespace drover::e2e
