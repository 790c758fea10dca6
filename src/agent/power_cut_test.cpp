#include "agent/power_cut_testing.h"

namespace drover::agent {
namespace {

constexpr std::uint64_t kSeeds = 16;

TEST_P(PowerCut, after_any_operation_leaves_a_working_version_and_an_update_that_goes_on) {
  EXPECT_EQ(first_wrong(GetParam(), Stage(GetParam()), {}, kSeeds), "");
}

TEST_P(PowerCut, some_time_after_the_agent_was_killed_finds_as_much) {
  const Stage stage(GetParam());
  EXPECT_EQ(first_wrong(GetParam(), stage, {.kills = true}, kSeeds), "");
}

INSTANTIATE_TEST_SUITE_P(Stories, PowerCut, testing::ValuesIn(stories()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace drover::agent
