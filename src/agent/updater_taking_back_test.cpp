// What watching asks of the update engine.
#include "agent/updater_testing.h"

namespace drover::agent {
namespace {

const lifecycle::Failure kWhy{Code::rule_fired, "low-confidence: mean(confidence) < 0.75: 0.70"};

TEST_F(UpdaterTest, a_fired_rule_takes_a_committed_version_back_for_good) {
  assign("1.0.0");
  assign("1.1.0");
  ASSERT_TRUE(updater().take_back(kWhy));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::rule_fired);
  EXPECT_EQ(record().quarantine.at(0).digest, version("1.1.0").digest);
  EXPECT_EQ(record().history.back().result, "rolled_back");
  EXPECT_EQ(record().history.back().message, kWhy.message);
  const std::uint64_t sent = world_.bytes_sent;
  device_.clock().advance(std::chrono::hours(48));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.0.0") << "the assignment is known, and was taken back";
  EXPECT_EQ(world_.bytes_sent, sent);
}

TEST_F(UpdaterTest, with_nothing_better_kept_a_fired_rule_leaves_the_version_running) {
  assign("1.0.0");
  EXPECT_EQ(updater().take_back(kWhy).error().code, Code::not_found);
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_TRUE(record().quarantine.empty());
}

TEST_F(UpdaterTest, a_rule_that_fires_while_the_remedy_is_fetched_does_not_drop_it) {
  assign("1.0.0");
  assign("1.1.0");
  world_.is_online = false;
  world_.assignment = {.version = *Version::parse("1.2.0"), .order = 9};
  updater().assign(world_.assignment);
  updater().pump();
  ASSERT_EQ(record().state, State::checking);
  EXPECT_EQ(updater().take_back(kWhy).error().code, Code::conflict);
  world_.is_online = true;
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.2.0");
}

TEST_F(UpdaterTest, a_taking_back_that_cannot_be_written_is_none) {
  assign("1.0.0");
  assign("1.1.0");
  files_.set_capacity(0);
  EXPECT_EQ(updater().take_back(kWhy).error().code, Code::conflict);
  EXPECT_EQ(active(), "1.1.0");
  files_.set_capacity(std::nullopt);
  ASSERT_TRUE(updater().take_back(kWhy));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.0.0");
}

TEST_F(UpdaterTest, what_is_held_is_neither_committed_nor_replaced) {
  assign("1.0.0");
  updater().hold(true);
  assign("1.1.0");
  EXPECT_EQ(active(), "1.0.0");
  updater().hold(false);
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.1.0");
}

TEST_F(UpdaterTest, a_version_on_probation_that_is_held_commits_when_the_rule_is_quiet) {
  assign("1.0.0");
  world_.assignment = {.version = *Version::parse("1.1.0"), .order = 2};
  while (record().state != State::probation) {
    updater().assign(world_.assignment);
    updater().pump();
  }
  updater().hold(true);
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(record().state, State::holding);
  EXPECT_FALSE(record().active->committed);
  updater().hold(false);
  ASSERT_TRUE(device_.run());
  EXPECT_TRUE(record().active->committed);
  EXPECT_EQ(active(), "1.1.0");
}

TEST_F(UpdaterTest, the_first_alarm_of_the_version_on_probation_is_kept_for_its_verdict) {
  assign("1.0.0");
  updater().alarmed(version("1.0.0").digest, "drift/light: committed long ago");
  EXPECT_FALSE(record().trial);
  world_.assignment = {.version = *Version::parse("1.1.0"), .order = 2};
  while (record().state != State::probation) {
    updater().assign(world_.assignment);
    updater().pump();
  }
  updater().alarmed(version("1.0.0").digest, "drift/light: of the version before");
  EXPECT_EQ(record().trial->alarm, "");
  updater().alarmed(version("1.1.0").digest, "drift/light: location up");
  updater().alarmed(version("1.1.0").digest, "drift/blur: scale up");
  EXPECT_EQ(record().trial->alarm, "drift/light: location up");
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.1.0") << "its policy does not ask for it";
}

}  // namespace
}  // namespace drover::agent
