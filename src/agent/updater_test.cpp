#include "agent/updater.h"

#include <gtest/gtest.h>

#include "agent/sim_device.h"

namespace drover::agent {
namespace {

using lifecycle::State;

class UpdaterTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.versions = {sim_version("1.0.0"), sim_version("1.1.0"), sim_version("1.2.0", false)};
    ASSERT_TRUE(device_.boot());
  }
  void assign(std::string_view version) {
    world_.assignment = {.version = *Version::parse(version), .order = world_.assignment.order + 1};
    ASSERT_TRUE(device_.run());
  }
  std::string active() { return device_.updater().record().active->version.str(); }
  std::vector<std::string> states() {
    std::vector<std::string> names;
    for (const auto& report : world_.reports) names.emplace_back(name(report.state));
    return names;
  }

  fs::SimFileSystem files_;
  SimWorld world_;
  SimDevice device_{files_, world_};
};

TEST_F(UpdaterTest, an_assigned_version_goes_through_every_state_to_idle) {
  assign("1.0.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(states(), (std::vector<std::string>{"idle", "checking", "downloading", "verifying", "staging",
                                                "smoke_testing", "switching", "probation", "committing",
                                                "reporting", "idle"}));
  EXPECT_FALSE(device_.updater().report().error);
}

}  // namespace
}  // namespace drover::agent
