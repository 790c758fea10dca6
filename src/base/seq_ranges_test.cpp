#include "base/seq_ranges.h"

#include <gtest/gtest.h>

namespace drover {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

TEST(SeqRanges, WithoutCutsAtBothEndsAndInTheMiddle) {
  const SeqRanges ranges = {{1, 9}, {20, 29}};
  EXPECT_EQ(without(ranges, {}), ranges);
  EXPECT_EQ(without(ranges, {{10, 19}}), ranges);
  EXPECT_EQ(without(ranges, {{0, 3}, {5, 5}, {25, 99}}), (SeqRanges{{4, 4}, {6, 9}, {20, 24}}));
  EXPECT_EQ(without(ranges, {{0, kAll}}), SeqRanges{});
}

TEST(SeqRanges, UnitedMeetsWhatTouches) {
  EXPECT_EQ(united({{1, 3}, {9, 9}}, {{4, 5}, {8, 10}}), (SeqRanges{{1, 5}, {8, 10}}));
  EXPECT_EQ(united({}, {{2, 2}}), (SeqRanges{{2, 2}}));
  EXPECT_EQ(united({{0, kAll}}, {{5, kAll}}), (SeqRanges{{0, kAll}}));
}

TEST(SeqRanges, NormalizedTakesWhatAPeerMaySend) {
  EXPECT_EQ(normalized({{9, 8}, {5, 7}, {1, 2}, {6, 20}, {3, 3}}), (SeqRanges{{1, 3}, {5, 20}}));
  EXPECT_EQ(normalized({{kAll, kAll}, {0, 0}}), (SeqRanges{{0, 0}, {kAll, kAll}}));
}

TEST(SeqRanges, CommonIsWhatBothHave) {
  EXPECT_EQ(common({{1, 9}, {20, 29}}, {{5, 22}, {40, kAll}}), (SeqRanges{{5, 9}, {20, 22}}));
  EXPECT_EQ(common({{1, 9}}, {}), SeqRanges{});
}

TEST(SeqRanges, CountsNumbers) {
  EXPECT_EQ(count({}), 0u);
  EXPECT_EQ(count({{3, 3}, {5, 9}}), 6u);
}

}  // namespace
}  // namespace drover
