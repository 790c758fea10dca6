#include "agent/smoke_memory.h"

#include <gtest/gtest.h>

namespace drover::agent {
namespace {

TEST(SmokeMemory, IsByTheTable) {
  const struct {
    const char* sentence;
    SmokeMemory memory;
    std::uint64_t mb_max;
  } kRows[] = {
      {"a model that asks nothing", {0, std::nullopt, 8000}, 1024},
      {"one that asks little has room to be caught exceeding it", {0, 64, 8000}, 1024},
      {"one that asks much", {0, 4096, 16'000}, 5120},
      {"a board with little", {0, std::nullopt, 180}, 135},
      {"one that asks more than there is", {0, 4096, 1000}, 750},
      {"next to nothing is left", {0, std::nullopt, 8}, 16},
      {"the kernel does not say", {0, 2048, std::nullopt}, 2560},
      {"the owner knows better", {300, 4096, 180}, 300},
  };
  for (const auto& row : kRows) EXPECT_EQ(smoke_memory_mb_max(row.memory), row.mb_max) << row.sentence;
}

TEST(SmokeMemory, IsAskedByALimitOrARequirement) {
  bundle::Manifest manifest;
  EXPECT_EQ(asked_memory_mb(manifest), std::nullopt);
  manifest.limits.memory_mb_max = 700;
  EXPECT_EQ(asked_memory_mb(manifest), 700u);
  manifest.requirements["memory_mb"] = "2048";
  EXPECT_EQ(asked_memory_mb(manifest), 2048u);
  manifest.limits.memory_mb_max.reset();
  EXPECT_EQ(asked_memory_mb(manifest), 2048u);
}

TEST(SmokeMemory, ThatIsAvailableIsReadFromThisMachine) { EXPECT_GT(available_memory_mb().value_or(0), 0u); }

}  // namespace
}  // namespace drover::agent
