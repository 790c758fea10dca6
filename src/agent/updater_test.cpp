#include "agent/updater.h"

#include "agent/updater_testing.h"

namespace drover::agent {
namespace {

TEST_F(UpdaterTest, an_assigned_version_goes_through_every_state_to_idle) {
  assign("1.0.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(states(), (std::vector<std::string>{"idle", "checking", "downloading", "verifying", "staging",
                                                "smoke_testing", "switching", "probation", "committing",
                                                "reporting", "idle"}));
  EXPECT_FALSE(record().error);
  EXPECT_EQ(record().history.back().result, "committed");
}

TEST_F(UpdaterTest, what_is_assigned_again_is_not_fetched_again) {
  assign("1.0.0");
  const std::uint64_t sent = world_.bytes_sent;
  ASSERT_TRUE(device_.run());
  assign("1.0.0");  // by a higher order
  EXPECT_EQ(world_.bytes_sent, sent);
  EXPECT_EQ(record().history.back().result, "already_active");
  EXPECT_EQ(updater().report().order, 2u);
}

TEST_F(UpdaterTest, a_version_that_gives_nans_is_taken_back_quarantined_and_not_fetched_again) {
  assign("1.0.0");
  assign("2.0.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::probation_nan);
  ASSERT_EQ(record().quarantine.size(), 1u);
  EXPECT_EQ(record().quarantine[0].digest, version("2.0.0").digest);
  EXPECT_EQ(on_disk(), 1u);
  const std::uint64_t sent = world_.bytes_sent;
  device_.clock().advance(std::chrono::hours(48));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(world_.bytes_sent, sent);
}

TEST_F(UpdaterTest, a_higher_order_lifts_the_quarantine) {
  assign("1.0.0");
  assign("2.0.0");
  const std::uint64_t sent = world_.bytes_sent;
  assign("2.0.0");
  EXPECT_GT(world_.bytes_sent, sent);
  EXPECT_EQ(active(), "1.0.0");  // it is as bad as before
}

TEST_F(UpdaterTest, a_person_clears_the_quarantine) {
  assign("1.0.0");
  assign("2.0.0");
  ASSERT_TRUE(updater().clear_quarantine(version("2.0.0").digest));
  EXPECT_FALSE(updater().clear_quarantine(version("2.0.0").digest));
  const std::uint64_t sent = world_.bytes_sent;
  device_.clock().advance(std::chrono::hours(48));
  ASSERT_TRUE(device_.run());
  EXPECT_GT(world_.bytes_sent, sent);
}

TEST_F(UpdaterTest, the_first_version_that_fails_runs_on_because_there_is_no_other) {
  assign("2.0.0");
  EXPECT_EQ(active(), "2.0.0");
  EXPECT_EQ(error(), Code::probation_nan);
  EXPECT_EQ(record().state, State::idle);
  EXPECT_FALSE(record().active->committed);
  assign("1.0.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_TRUE(record().kept.empty());
}

/// An application that does not record.
class UnprovenTest : public UpdaterTest {
 protected:
  UnprovenTest() { world_.inferences = 0; }
  std::vector<std::string> kept() {
    std::vector<std::string> versions;
    for (const lifecycle::Installed& each : record().kept) versions.push_back(each.version.str());
    return versions;
  }
};

TEST_F(UnprovenTest, what_passed_its_smoke_test_is_the_way_back_while_nothing_better_is) {
  assign("1.0.0");
  EXPECT_EQ(record().state, State::holding);
  assign("1.1.0");
  EXPECT_EQ(record().state, State::holding) << "it is not wanted to be adopted where nothing is recorded";
  EXPECT_EQ(updater().report().previous->str(), "1.0.0");
  EXPECT_EQ(record().history.back().result, "superseded");
  ASSERT_TRUE(updater().roll_back());
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(record().state, State::holding) << "it shows itself again";
  EXPECT_EQ(record().history.back().version.str(), "1.1.0");
  EXPECT_EQ(record().history.back().result, "rolled_back");
}

TEST_F(UnprovenTest, a_nan_goes_back_to_it_and_its_probation_begins_anew) {
  assign("1.0.0");
  world_.inferences = 1000;
  assign("2.0.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::probation_nan);
  EXPECT_TRUE(record().active->committed);
  EXPECT_EQ(record().history.back().version.str(), "1.0.0");
  EXPECT_EQ(record().history.back().result, "committed");
  EXPECT_EQ(on_disk(), 1u);
}

TEST_F(UnprovenTest, as_many_are_kept_as_committed_ones_would_be_and_none_beside_those) {
  world_.versions.push_back(sim_version("1.3.0"));
  world_.versions.push_back(sim_version("1.4.0"));
  for (const char* each : {"1.0.0", "1.1.0", "1.2.0", "1.3.0"}) assign(each);
  EXPECT_EQ(kept(), (std::vector<std::string>{"1.2.0", "1.1.0"}));
  EXPECT_LE(on_disk(), 4u) << "what was dropped goes when the next update begins";
  world_.inferences = 1000;
  assign("1.4.0");
  EXPECT_EQ(on_disk(), 3u);
  EXPECT_EQ(kept(), (std::vector<std::string>{"1.3.0", "1.2.0"}));
  assign("1.0.0");
  EXPECT_EQ(kept(), std::vector<std::string>{"1.4.0"});
  EXPECT_EQ(on_disk(), 2u);
}

TEST_F(UnprovenTest, what_was_taken_back_is_no_way_back) {
  world_.inferences = 1000;
  assign("2.0.0");
  world_.inferences = 0;
  assign("1.0.0");
  EXPECT_TRUE(record().kept.empty());
  EXPECT_EQ(updater().roll_back().error().code, Code::not_found);
}

TEST_F(UpdaterTest, what_is_committed_after_another_assignment_was_refused_stands_in_the_history) {
  assign("1.0.0");
  world_.inferences = 0;
  world_.assignment = {.version = *Version::parse("1.1.0"), .order = 2};
  for (int step = 0; step < 100 && record().state != State::probation; ++step) {
    updater().assign(world_.assignment);
    updater().pump();
  }
  world_.assignment = {.version = *Version::parse("9.0.0"), .order = 3};
  world_.inferences = 1000;
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.1.0");
  EXPECT_EQ(record().history.back().result, "committed");
  EXPECT_EQ(record().history.back().version.str(), "1.1.0");
}

TEST_F(UpdaterTest, a_person_rolls_back_to_any_kept_version) {
  for (const char* each : {"1.0.0", "1.1.0", "1.2.0"}) assign(each);
  EXPECT_EQ(updater().roll_back(*Version::parse("9.0.0")).error().code, Code::not_found);
  ASSERT_TRUE(updater().roll_back(*Version::parse("1.0.0")));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::quarantined);
  EXPECT_EQ(updater().report().previous->str(), "1.1.0");
}

TEST_F(UpdaterTest, a_pinned_device_refuses_until_it_is_unpinned) {
  assign("1.0.0");
  ASSERT_TRUE(updater().pin(true));
  assign("1.1.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::pinned);
  ASSERT_TRUE(updater().pin(false));
  device_.clock().advance(std::chrono::hours(48));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.1.0");
}

TEST_F(UpdaterTest, a_flipped_byte_ends_in_bad_digest_with_staging_empty) {
  assign("1.0.0");
  const_cast<SimVersion&>(version("1.1.0")).bundle.back() ^= 1;
  assign("1.1.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::bad_digest);
  EXPECT_EQ(staged(), 0u);
}

TEST_F(UpdaterTest, a_failed_smoke_test_leaves_the_running_version_and_no_trace) {
  assign("1.0.0");
  auto& broken = const_cast<SimVersion&>(version("1.1.0"));
  broken.members["model.tflite"] = "what the publisher expected";
  assign("1.1.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::smoke_output);
  EXPECT_EQ(on_disk(), 1u);
}

TEST_F(UpdaterTest, an_unknown_version_is_tried_again_after_a_while_and_installed_when_it_is_published) {
  assign("1.3.0");
  EXPECT_EQ(error(), Code::not_found);
  world_.versions.push_back(sim_version("1.3.0"));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "");  // too early
  device_.clock().advance(std::chrono::minutes(1));
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.3.0");
}

TEST_F(UpdaterTest, a_wrong_clock_blocks_a_new_version_until_it_is_right_and_no_longer) {
  assign("1.0.0");
  const UnixTime right = device_.clock().now();
  world_.time.built = right;
  device_.clock().set(UnixTime{});
  assign("1.1.0");
  EXPECT_EQ(active(), "1.0.0");
  EXPECT_EQ(error(), Code::clock_untrusted);
  device_.clock().set(right);
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.0.0") << "its next round has not come";
  updater().clock_is_right();
  ASSERT_TRUE(device_.run());
  EXPECT_EQ(active(), "1.1.0");
}

TEST_F(UpdaterTest, the_bundle_is_on_the_disk_once_as_soon_as_it_is_unpacked) {
  assign("1.0.0");
  updater().assign({.version = *Version::parse("1.1.0"), .order = 2});
  for (const State wanted : {State::staging, State::smoke_testing, State::switching, State::probation}) {
    for (int step = 0; step < 100 && record().state != wanted; ++step) updater().pump();
    ASSERT_EQ(record().state, wanted);
    EXPECT_EQ(staged(), wanted == State::staging ? 1u : 0u) << name(wanted);
  }
  EXPECT_TRUE(device_.is_complete(version("1.1.0").digest));
}

TEST_F(UpdaterTest, a_session_that_holds_an_old_version_keeps_it_on_the_disk_until_it_ends) {
  assign("1.0.0");
  auto lock = files_.lock(device_.store().paths(SimDevice::model()).version(version("1.0.0").digest), false);
  for (const char* each : {"1.1.0", "1.2.0", "1.1.0", "1.2.0"}) assign(each);
  assign("2.0.0");
  world_.versions.push_back(sim_version("1.3.0"));
  assign("1.3.0");
  EXPECT_TRUE(device_.is_complete(version("1.0.0").digest));
  EXPECT_EQ(on_disk(), 4u);
  lock->reset();
  assign("1.2.0");
  EXPECT_FALSE(device_.is_complete(version("1.0.0").digest));
  EXPECT_EQ(on_disk(), 3u);
}

TEST_F(UpdaterTest, too_little_space_is_told_before_a_byte_is_fetched) {
  assign("1.0.0");
  files_.set_capacity(9000);
  const std::uint64_t sent = world_.bytes_sent;
  assign("1.1.0");
  EXPECT_EQ(error(), Code::disk_full);
  EXPECT_EQ(world_.bytes_sent, sent);
}

TEST_F(UpdaterTest, a_state_file_that_cannot_be_read_is_set_aside_and_the_model_runs_on) {
  assign("1.0.0");
  ASSERT_TRUE(fs::write_atomically(files_, SimDevice::root() / "state.json", as_bytes("{")));
  SimDevice next(files_, world_);
  ASSERT_TRUE(next.boot());
  ASSERT_TRUE(next.run());
  EXPECT_EQ(next.updater().record().active->version.str(), "1.0.0");
  EXPECT_TRUE(files_.info(SimDevice::root() / "state.json.bad"));
}

/// From the `first`-th operation on nothing can be written any more.
TEST_F(UpdaterTest, a_disk_that_fills_at_any_write_is_reported_and_leaves_active_and_an_empty_staging) {
  assign("1.0.0");
  std::uint64_t first = 1;
  for (bool went_through = false; !went_through; ++first) {
    fs::SimFileSystem files(files_);
    SimWorld world = world_;
    SimDevice device(files, world);
    ASSERT_TRUE(device.boot());
    world.assignment = {.version = *Version::parse("1.1.0"), .order = 2};
    world.reports.clear();
    files.fill_disk_at(first);
    device.run();
    const std::string where = "full from operation " + std::to_string(first);
    const auto active = device.store().active(SimDevice::model());
    ASSERT_TRUE(active && *active && device.is_complete(**active)) << where;
    ASSERT_TRUE(files.list(device.store().paths(SimDevice::model()).staging())->empty()) << where;
    went_through = !world.reports.back().error.has_value();
    if (!went_through) EXPECT_EQ(world.reports.back().error->code, Code::disk_full) << where;
    files.free_disk();
    device.clock().advance(std::chrono::hours(24));
    ASSERT_TRUE(device.run()) << where;
    EXPECT_EQ(device.updater().record().active->version.str(), "1.1.0") << where;
    EXPECT_EQ(device.updater().record().state, State::idle) << where;
  }
  EXPECT_GT(first, 30u);
}

}  // namespace
}  // namespace drover::agent
