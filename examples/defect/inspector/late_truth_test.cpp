#include "late_truth.h"

#include <gtest/gtest.h>

#include <vector>

namespace drover::defect {
namespace {

using std::chrono::seconds;
using TimePoint = LateTruth::TimePoint;

constexpr TimePoint kStart{std::chrono::hours(1)};

/// The ids of all labels known at `now`.
std::vector<std::uint64_t> known(LateTruth& truth, TimePoint now) {
  std::vector<std::uint64_t> ids;
  while (const auto label = truth.take(now)) ids.push_back(label->id);
  return ids;
}

TEST(LateTruth, IsKnownOfOneImageInSomeAndSomeTimeLater) {
  LateTruth truth({.every = 5, .delay = seconds(3)});
  for (std::uint64_t i = 0; i < 11; ++i)
    truth.add(i, 100 + i, static_cast<int>(i % 2), kStart + i * seconds(1));
  EXPECT_EQ(truth.due(), kStart + seconds(3));
  EXPECT_FALSE(truth.take(kStart + seconds(2)));
  const auto first = truth.take(kStart + seconds(3));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, 100u);
  EXPECT_EQ(first->truth, 0);
  EXPECT_EQ(truth.take(kStart + seconds(8))->truth, 1) << "image 5";
  EXPECT_FALSE(truth.take(kStart + seconds(8)));
  EXPECT_EQ(known(truth, kStart + seconds(99)), std::vector<std::uint64_t>{110});
  EXPECT_EQ(truth.due(), TimePoint::max());
}

TEST(LateTruth, IsNeverKnownOfWhatWasNotRecordedOrHasNone) {
  LateTruth truth({.every = 1, .delay = seconds(0)});
  truth.add(0, 0, 1, kStart);
  truth.add(1, 11, std::nullopt, kStart);
  truth.add(2, 12, 1, kStart);
  EXPECT_EQ(known(truth, kStart), std::vector<std::uint64_t>{12});
  LateTruth none({.every = 0});
  none.add(0, 10, 1, kStart);
  EXPECT_EQ(none.due(), TimePoint::max());
}

TEST(LateTruth, AwaitsSoManyAndNoMore) {
  LateTruth truth({.every = 1, .delay = seconds(1), .waiting_max = 2});
  for (std::uint64_t i = 1; i <= 3; ++i) truth.add(i, i, 0, kStart);
  EXPECT_EQ(known(truth, kStart + seconds(1)), (std::vector<std::uint64_t>{1, 2}));
}

}  // namespace
}  // namespace drover::defect
