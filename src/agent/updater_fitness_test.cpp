#include "agent/updater.h"
#include "agent/updater_testing.h"

namespace drover::agent {
namespace {

/// A device with 1.0.0 and 1.1.0, the latter active, that starts anew.
class RequalifyTest : public UpdaterTest {
 protected:
  void SetUp() override {
    UpdaterTest::SetUp();
    assign("1.0.0");
    assign("1.1.0");
    world_.environment = {{"engine", "old"}};
    world_.reports.clear();
    world_.bytes_sent = 0;
  }
  void start_again() {
    next_ = std::make_unique<SimDevice>(files_, world_);
    ASSERT_TRUE(next_->boot());
    ASSERT_TRUE(next_->run());
  }
  void changes_to(const std::string& runtime) {
    world_.environment = {{"engine", runtime}};
    next_->updater().runs_under(world_.environment);
    ASSERT_TRUE(next_->run());
  }
  void pass(std::chrono::nanoseconds time) {
    next_->clock().advance(time);
    ASSERT_TRUE(next_->run());
  }
  const lifecycle::Record& now() { return next_->updater().record(); }
  lifecycle::Report told() { return world_.reports.back(); }
  std::string active() { return now().active->version.str(); }
  void damage(const char* which) { ASSERT_TRUE(device_.damage(version(which).digest, "model.tflite")); }

  std::unique_ptr<SimDevice> next_;
};

TEST_F(RequalifyTest, the_active_version_is_looked_at_when_the_agent_starts) {
  EXPECT_FALSE(record().qualification);
  start_again();
  ASSERT_TRUE(now().qualification);
  EXPECT_FALSE(now().qualification->failure);
  EXPECT_EQ(now().qualification->environment, world_.environment);
  EXPECT_EQ(told().qualification, now().qualification);
  EXPECT_EQ(now().active->manifest, sha256(version("1.1.0").members.at("manifest.json")));
  EXPECT_EQ(world_.bytes_sent, 0u);
}

TEST_F(RequalifyTest, and_once_a_day) {
  start_again();
  const UnixTime first = now().qualification->at;
  pass(std::chrono::hours(12));
  EXPECT_EQ(now().qualification->at, first);
  pass(std::chrono::hours(15));
  EXPECT_GT(now().qualification->at, first + std::chrono::hours(20));
}

TEST_F(RequalifyTest, and_when_the_runtime_is_another) {
  start_again();
  changes_to("new");
  EXPECT_EQ(now().qualification->environment, world_.environment);
}

TEST_F(RequalifyTest, a_damaged_version_that_still_does_what_it_should_stays_while_it_is_fetched_again) {
  damage("1.1.0");
  world_.damage_shows = false;
  world_.announced.clear();
  start_again();
  EXPECT_TRUE(next_->is_complete(version("1.1.0").digest));
  EXPECT_EQ(world_.announced, std::vector{version("1.1.0").digest});  // by the start alone
  EXPECT_EQ(now().history.back().result, "repaired");
  EXPECT_FALSE(told().error);
  EXPECT_FALSE(told().qualification->failure);
}

TEST_F(RequalifyTest, one_that_does_not_gives_way_to_the_previous_one_until_it_is_whole) {
  damage("1.1.0");
  world_.announced.clear();
  start_again();
  EXPECT_EQ(world_.announced,
            (std::vector{version("1.1.0").digest, version("1.0.0").digest, version("1.1.0").digest}));
  EXPECT_TRUE(next_->is_complete(version("1.1.0").digest));
  EXPECT_EQ(active(), "1.1.0");
  EXPECT_TRUE(now().active->committed);
  EXPECT_FALSE(now().stands_in);
  EXPECT_FALSE(told().error);
}

TEST_F(RequalifyTest, without_a_repository_the_previous_version_stands_in_and_that_is_told) {
  damage("1.1.0");
  world_.is_online = false;
  start_again();
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(told().standing_in_for->str(), "1.1.0");
  EXPECT_EQ(told().error->code, Code::bad_digest);
  EXPECT_FALSE(told().qualification->failure);
  EXPECT_TRUE(now().quarantine.empty());
  world_.is_online = true;
  pass(std::chrono::hours(25));
  EXPECT_EQ(active(), "1.1.0");
  EXPECT_FALSE(told().error);
}

TEST_F(RequalifyTest, what_runs_but_cannot_be_repaired_gives_way_too) {
  damage("1.1.0");
  world_.damage_shows = world_.is_online = false;
  start_again();
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(told().standing_in_for->str(), "1.1.0");
}

TEST_F(RequalifyTest, with_nothing_better_a_damaged_version_runs_on_and_that_is_told) {
  damage("1.1.0");
  damage("1.0.0");
  world_.is_online = false;
  start_again();
  EXPECT_EQ(active(), "1.1.0");
  EXPECT_EQ(now().state, State::idle);
  ASSERT_TRUE(told().error);
  EXPECT_TRUE(told().qualification->failure);
  EXPECT_FALSE(told().previous);
  EXPECT_EQ(next_->updater().roll_back().error().code, Code::not_found);
  world_.is_online = true;
  pass(std::chrono::hours(25));
  EXPECT_TRUE(next_->is_complete(version("1.1.0").digest));
  EXPECT_FALSE(told().error);
}

TEST_F(RequalifyTest, a_version_that_fails_under_a_new_runtime_gives_way_and_returns_under_another) {
  start_again();
  world_.fail_samples_under = {"1.1.0 new"};
  changes_to("new");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(told().error->code, Code::smoke_output);
  EXPECT_NE(told().error->message.find("engine was old, is new"), std::string::npos) << told().error->message;
  EXPECT_TRUE(now().quarantine.empty());
  pass(std::chrono::hours(48));
  EXPECT_EQ(active(), "1.0.0");
  changes_to("newer");
  EXPECT_EQ(active(), "1.1.0");
  EXPECT_FALSE(told().error);
  EXPECT_EQ(world_.bytes_sent, 0u);
}

TEST_F(RequalifyTest, a_runtime_under_which_nothing_passes_leaves_the_active_version_and_is_told) {
  start_again();
  world_.fail_samples_under = {"1.1.0 new", "1.0.0 new"};
  changes_to("new");
  EXPECT_EQ(active(), "1.1.0");
  EXPECT_EQ(told().error->code, Code::smoke_output);
  EXPECT_FALSE(told().standing_in_for);
  changes_to("old");
  EXPECT_FALSE(told().error);
}

TEST_F(RequalifyTest, an_assignment_goes_before_a_repair_that_cannot_go_on) {
  damage("1.1.0");
  world_.damage_shows = world_.is_online = false;
  next_ = std::make_unique<SimDevice>(files_, world_);
  ASSERT_TRUE(next_->boot());
  next_->updater().pump();  // looks
  next_->updater().pump();  // begins to mend
  ASSERT_EQ(now().state, State::checking);
  ASSERT_TRUE(now().mending);
  world_.is_online = true;
  world_.assignment = {.version = *Version::parse("1.2.0"), .order = 9};
  ASSERT_TRUE(next_->run());
  EXPECT_EQ(active(), "1.2.0");
  EXPECT_FALSE(now().mending);
  EXPECT_FALSE(told().error);
}

TEST_F(RequalifyTest, a_damaged_kept_version_is_fetched_when_it_is_assigned) {
  start_again();
  damage("1.0.0");
  world_.fail_samples_under = {"1.1.0 new"};
  changes_to("new");  // 1.0.0 is looked at, found damaged and not taken
  EXPECT_EQ(active(), "1.1.0");
  world_.assignment = {.version = *Version::parse("1.0.0"), .order = 9};
  ASSERT_TRUE(next_->run());
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_TRUE(next_->is_complete(version("1.0.0").digest));
}

TEST_F(RequalifyTest, files_that_are_gone_are_brought_back) {
  const fs::Path gone = device_.store().paths(SimDevice::model()).version(version("1.1.0").digest);
  ASSERT_TRUE(fs::remove_tree(files_, gone));
  start_again();
  EXPECT_EQ(active(), "1.1.0");
  EXPECT_TRUE(next_->is_complete(version("1.1.0").digest));
  EXPECT_EQ(next_->store().active(SimDevice::model()).value(), version("1.1.0").digest);
}

/// From the `first`-th operation on nothing can be written any more.
TEST_F(RequalifyTest, a_disk_that_fills_at_any_write_of_a_repair_leaves_a_version_and_the_repair_for_later) {
  damage("1.1.0");
  std::uint64_t first = 1;
  for (bool went_through = false; !went_through; ++first) {
    fs::SimFileSystem files(files_);
    SimWorld world = world_;
    SimDevice device(files, world);
    ASSERT_TRUE(device.boot());
    files.fill_disk_at(first);
    const std::string where = "full from operation " + std::to_string(first);
    device.run();
    const auto link = device.store().active(SimDevice::model());
    ASSERT_TRUE(link && *link) << where;
    ASSERT_TRUE(files.info(device.store().paths(SimDevice::model()).version(**link) / "model.tflite"))
        << where;
    went_through = device.is_complete(version("1.1.0").digest) && !world.reports.back().error;
    files.free_disk();
    device.clock().advance(std::chrono::hours(27));
    ASSERT_TRUE(device.run()) << where;
    EXPECT_EQ(device.updater().record().active->version.str(), "1.1.0") << where;
    EXPECT_TRUE(device.is_complete(version("1.1.0").digest)) << where;
    EXPECT_EQ(device.updater().record().state, State::idle) << where;
    EXPECT_FALSE(device.updater().report().error) << where;
  }
  EXPECT_GT(first, 30u);
}

TEST_F(RequalifyTest, nothing_is_qualified_again_while_the_environment_is_not_known) {
  damage("1.1.0");
  world_.environment.clear();
  start_again();
  EXPECT_FALSE(now().qualification);
}

}  // namespace
}  // namespace drover::agent
