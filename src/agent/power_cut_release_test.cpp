// With each one of the code's syncs left out, some power cut must show it: a sync whose absence nobody
// notices is not needed, or not tested. Too many lives of a device for sanitizers.
#include "agent/power_cut_testing.h"

namespace drover::agent {
namespace {

constexpr std::uint64_t kSeeds = 64;  // it is enough that one of them shows it

/// A repair moves files one by one out of the directories in staging, whose own syncs only an installation
/// needs; and `versions` has a new name in it only after a kill in the midst of an installation, which
/// RepairOfAVersionThatIsGone tells of.
bool is_spare(const Story& story, const std::string& path) {
  if (story.damage != Story::Damage::hidden && story.damage != Story::Damage::shows) return false;
  const bool is_file = path.find('.') != std::string::npos;
  return (path.find("/staging/") != std::string::npos && !is_file) || path.ends_with("/versions");
}

TEST_P(PowerCut, shows_when_any_one_sync_is_left_out) {
  const Stage stage(GetParam());
  const std::uint64_t before = stage.files.operations();
  Telling untouched(GetParam(), stage, {});
  ASSERT_EQ(untouched.tell(0), "");
  EXPECT_GT(untouched.syncs().size(), 6u);
  std::uint64_t skipped = 0;
  for (const fs::SimFileSystem::Sync& sync : untouched.syncs()) {  // a cut before it cannot show it
    if (is_spare(GetParam(), sync.path) && ++skipped > 0) continue;
    EXPECT_NE(first_wrong(GetParam(), stage, {.skip_sync = ++skipped}, kSeeds, sync.operation - before), "")
        << "sync " << skipped << " of " << untouched.syncs().size() << ": " << sync.path;
  }
}

/// By which a boot makes durable what it found, and builds upon.
std::size_t syncs_of_opening(fs::SimFileSystem files) {
  const std::size_t before = files.syncs().size();
  EXPECT_TRUE(DeviceStore(files, SimDevice::root()).open());
  return files.syncs().size() - before;
}

TEST(PowerCutAtBoot, shows_when_any_one_sync_of_the_opening_is_left_out) {
  log::start("power_cut", log::Format::text, log::Level::error);
  const Story& story = stories().front();
  const Stage stage(story);
  const std::size_t syncs = syncs_of_opening(stage.files);
  EXPECT_GT(syncs, 0u);
  for (std::uint64_t skipped = 1; skipped <= syncs; ++skipped)
    EXPECT_NE(first_wrong(story, stage, {.kills = true, .skip_sync = skipped}, kSeeds), "")
        << "sync " << skipped << " of " << syncs;
}

INSTANTIATE_TEST_SUITE_P(Stories, PowerCut, testing::ValuesIn(stories()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace drover::agent
