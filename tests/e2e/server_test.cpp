// A fleet with a server: enrolment, assignment by the shadow, reports.
#include <gtest/gtest.h>

#include "fake_app.h"
#include "fleet.h"

namespace drover::e2e {
namespace {

class WithServer : public testing::Test {
 protected:
  Scratch scratch_;
  const int port_ = free_port();
  Workspace workspace_{scratch_.path() / "workspace", port_};
  Server server_{workspace_, port_};
  std::unique_ptr<Device> device_;

  void SetUp() override {
    server_.start();
    device_ = std::make_unique<Device>(scratch_.path() / "device", workspace_, server_, "press-7");
  }
  void run_first_version() {
    workspace_.publish({.version = "1.0.0"});
    device_->start();
    server_.assign("press-7", "1.0.0");
    device_->wait_committed("1.0.0");
  }
};

TEST_F(WithServer, ADeviceRunsWhatItIsAssignedAndSaysSo) {
  run_first_version();
  device_->expect_sound("1.0.0");
  server_.wait_reported("press-7", "1.0.0", [&](const json& reported) {
    return text(reported, "version") == "1.0.0" && text(reported, "state") == "idle" &&
           text(reported, "digest") == text(device_->model(), "digest");
  });
  // A new assignment is heard at once, by the long-poll, also when the version was published after the
  // refresh.
  workspace_.publish({.version = "1.1.0"});
  server_.assign("press-7", "1.1.0");
  device_->wait_committed("1.1.0");
}

TEST_F(WithServer, AReportThatFoundNoNetworkArrivesWhenTheServerIsBack) {
  run_first_version();
  server_.wait_reported("press-7", "idle",
                        [](const json& reported) { return text(reported, "state") == "idle"; });
  workspace_.publish({.version = "1.1.0"});
  server_.assign("press-7", "1.1.0");
  device_->wait_committed("1.1.0");
  server_.stop();
  device_->ask({"rollback", "--model", "kws"});
  device_->wait_for("1.0.0 is back", [](const json& model) { return text(model, "version") == "1.0.0"; });
  server_.start();
  server_.wait_reported("press-7", "the rollback",
                        [](const json& reported) { return text(reported, "version") == "1.0.0"; });
  EXPECT_EQ(device_->model()["version"], "1.0.0") << "the same assignment does not undo what a person did";
}

TEST_F(WithServer, TakesABadVersionBackQuarantinesItAndDoesNotFetchItAgain) {
  run_first_version();
  FakeApp app(device_->directory());
  app.infer(200, ring::Outcome::ok);
  const std::string policy = "[probation]\nduration = \"1h\"\nmin_samples = 50\nadopt_within = \"1h\"\n";
  workspace_.publish({.version = "1.1.0", .policy = policy});
  server_.assign("press-7", "1.1.0");
  device_->wait_for("probation", [](const json& model) { return text(model, "state") == "probation"; });
  app.adopt();
  app.infer(100, ring::Outcome::failed);
  device_->wait_for("1.0.0 is back", [](const json& model) {
    return text(model, "version") == "1.0.0" && text(model, "state") == "idle";
  });
  server_.wait_reported("press-7", "why",
                        [](const json& reported) { return error_code(reported) == "probation_errors"; });
  EXPECT_EQ(device_->model()["quarantine"].at(0).value("version", ""), "1.1.0");
  device_->stop();
  device_->start();
  server_.wait_reported("press-7", "1.0.0",
                        [](const json& reported) { return text(reported, "version") == "1.0.0"; });
  EXPECT_EQ(device_->model()["version"], "1.0.0");
  device_->expect_sound("1.0.0");
}

TEST_F(WithServer, TakesAVersionBackThatTheApplicationDoesNotAdopt) {
  run_first_version();
  workspace_.publish(
      {.version = "1.1.0",
       .policy = "[probation]\nduration = \"1h\"\nmin_samples = 1\nadopt_within = \"500ms\"\n"});
  server_.assign("press-7", "1.1.0");
  server_.wait_reported("press-7", "the rollback", [](const json& reported) {
    return text(reported, "version") == "1.0.0" && error_code(reported) == "probation_not_adopted";
  });
}

}  // namespace
}  // namespace drover::e2e
