#include "camera_clock.h"

#include <gtest/gtest.h>

#include <vector>

namespace drover::defect {
namespace {

using std::chrono::milliseconds;
using TimePoint = CameraClock::TimePoint;

constexpr TimePoint kStart{std::chrono::hours(1)};

/// All that the camera gives at `now`.
std::vector<std::uint64_t> drain(CameraClock& clock, TimePoint now) {
  std::vector<std::uint64_t> given;
  while (const auto sequence = clock.next(now)) given.push_back(*sequence);
  return given;
}

TEST(CameraClock, AnImageEveryPeriodFromTheStartOn) {
  CameraClock clock(10, 8, kStart);
  EXPECT_TRUE(drain(clock, kStart - milliseconds(1)).empty());
  EXPECT_EQ(drain(clock, kStart), std::vector<std::uint64_t>{0});
  EXPECT_EQ(clock.due(), kStart + milliseconds(100));
  EXPECT_TRUE(drain(clock, kStart + milliseconds(99)).empty());
  EXPECT_EQ(drain(clock, kStart + milliseconds(300)), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(clock.taken(kStart + milliseconds(300)), 4U);
  EXPECT_EQ(clock.lost(), 0U);
}

TEST(CameraClock, WhoComesTooLateHasLostTheOldest) {
  CameraClock clock(10, 3, kStart);
  ASSERT_TRUE(clock.next(kStart));
  EXPECT_EQ(drain(clock, kStart + milliseconds(1000)), (std::vector<std::uint64_t>{8, 9, 10}));
  EXPECT_EQ(clock.lost(), 7U);
  EXPECT_EQ(clock.taken(kStart + milliseconds(1000)), 1 + 3 + clock.lost());
}

TEST(CameraClock, OnDemandNothingIsLost) {
  CameraClock clock(0, 1, kStart);
  EXPECT_EQ(clock.next(kStart), 0U);
  EXPECT_EQ(clock.next(kStart + std::chrono::hours(1)), 1U);
  EXPECT_EQ(clock.taken(kStart), 2U);
  EXPECT_LE(clock.due(), kStart) << "always due";
  EXPECT_EQ(clock.lost(), 0U);
}

}  // namespace
}  // namespace drover::defect
