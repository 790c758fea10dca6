#include "agent/backoff.h"

#include <gtest/gtest.h>

namespace drover::agent {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToItsLimitAndStartsAnewAfterReset) {
  Backoff longest_draw(milliseconds(1000), milliseconds(5000), [](std::uint64_t bound) { return bound - 1; });
  EXPECT_EQ(longest_draw.next(), milliseconds(1000));
  EXPECT_EQ(longest_draw.next(), milliseconds(2000));
  EXPECT_EQ(longest_draw.next(), milliseconds(4000));
  EXPECT_EQ(longest_draw.next(), milliseconds(5000));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(longest_draw.next(), milliseconds(5000));
  longest_draw.reset();
  EXPECT_EQ(longest_draw.next(), milliseconds(1000));
}

TEST(Backoff, NeverWaitsLessThanHalf) {
  Backoff shortest_draw(milliseconds(1000), milliseconds(5000), [](std::uint64_t) { return 0; });
  EXPECT_EQ(shortest_draw.next(), milliseconds(500));
  EXPECT_EQ(shortest_draw.next(), milliseconds(1000));
}

TEST(Jitter, ReachesFromShorterToLonger) {
  EXPECT_EQ(jittered(milliseconds(1000), 0.1, [](std::uint64_t) { return 0; }), milliseconds(900));
  EXPECT_EQ(jittered(milliseconds(1000), 0.1, [](std::uint64_t bound) { return bound - 1; }),
            milliseconds(1100));
  EXPECT_EQ(jittered(milliseconds(1000), 0, [](std::uint64_t bound) { return bound - 1; }),
            milliseconds(1000));
}

}  // namespace
}  // namespace drover::agent
