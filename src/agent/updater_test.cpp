#include "agent/updater.h"

#include <gtest/gtest.h>

#include "agent/sim_device_testing.h"
#include "agent/unpack_bundle.h"
#include "base/log.h"
#include "bundle/sample_bundle.h"

namespace drover::agent {
namespace {

using lifecycle::State;

class UpdaterTest : public testing::Test {
 protected:
  void SetUp() override {
    log::start("updater_test", log::Format::text, log::Level::error);
    world_.versions = {sim_version("1.0.0"), sim_version("1.1.0"), sim_version("1.2.0"),
                       sim_version("2.0.0", false)};
    ASSERT_TRUE(device_.boot());
  }
  void assign(std::string_view version) {
    world_.assignment = {.version = *Version::parse(version), .order = world_.assignment.order + 1};
    ASSERT_TRUE(device_.run());
  }
  Updater& updater() { return device_.updater(); }
  const lifecycle::Record& record() { return device_.updater().record(); }
  std::string active() { return record().active ? record().active->version.str() : ""; }
  Code error() { return record().error ? record().error->code : Code::internal; }
  std::vector<std::string> states() {
    std::vector<std::string> names;
    for (const auto& report : world_.reports)
      if (names.empty() || names.back() != name(report.state)) names.emplace_back(name(report.state));
    return names;
  }
  std::size_t staged() { return files_.list(device_.store().paths(SimDevice::model()).staging())->size(); }
  std::size_t on_disk() { return files_.list(device_.store().paths(SimDevice::model()).versions())->size(); }
  const SimVersion& version(std::string_view text) {
    return *std::ranges::find(world_.versions, *Version::parse(text), &SimVersion::version);
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

TEST(UnpackBundle, writes_every_member_of_a_real_bundle_durably) {
  fs::SimFileSystem files;
  const Bytes bundle = bundle::sample_bundle();
  ASSERT_TRUE(fs::write_atomically(files, "/defect.drover", bundle));
  ASSERT_TRUE(unpack_bundle(files, "/defect.drover", "/unpacked"));
  ASSERT_TRUE(files.sync_directory("/"));
  files.restart(1);
  for (const auto& [path, bytes] : bundle::sample_members())
    EXPECT_EQ(*fs::read_file(files, fs::Path("/unpacked") / path, 1 << 20), bytes) << path;
  EXPECT_TRUE(files.info("/unpacked/manifest.json"));
}

}  // namespace
}  // namespace drover::agent
