#include "server/token_buckets.h"

#include <gtest/gtest.h>

namespace drover::server {
namespace {

using namespace std::chrono_literals;

constexpr Monotonic kStart = 1h;

TEST(TokenBuckets, LetsABurstThroughAndThenAsManyAMinute) {
  TokenBuckets buckets({.per_minute = 60}, 10);
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(buckets.take("a", kStart)) << i;
  EXPECT_EQ(buckets.take("a", kStart), 1s);
  EXPECT_EQ(buckets.take("a", kStart + 400ms), 600ms) << "who is refused pays nothing";
  EXPECT_FALSE(buckets.take("a", kStart + 1s));
  EXPECT_EQ(buckets.take("a", kStart + 1s), 1s);
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(buckets.take("a", kStart + 2min)) << "full again, and no fuller";
  EXPECT_TRUE(buckets.take("a", kStart + 2min));
}

TEST(TokenBuckets, KeysDoNotDisturbEachOther) {
  TokenBuckets buckets({.per_minute = 1}, 10);
  EXPECT_FALSE(buckets.take("a", kStart));
  EXPECT_EQ(buckets.take("a", kStart), 1min);
  EXPECT_FALSE(buckets.take("b", kStart));
}

TEST(TokenBuckets, ZeroIsNoLimit) {
  TokenBuckets buckets({.per_minute = 0}, 10);
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(buckets.take("a", kStart));
  EXPECT_EQ(buckets.size(), 0u);
}

TEST(TokenBuckets, HoldsNoMoreKeysThanToldAndStillLimitsTheRest) {
  TokenBuckets buckets({.per_minute = 1}, 3);
  for (const char* key : {"a", "b", "c"}) EXPECT_FALSE(buckets.take(key, kStart));
  EXPECT_FALSE(buckets.take("d", kStart)) << "the newcomers' one bucket";
  EXPECT_TRUE(buckets.take("e", kStart));
  EXPECT_EQ(buckets.size(), 3u);
  EXPECT_TRUE(buckets.take("a", kStart + 59s)) << "nobody is forgotten before their bucket is full";
  EXPECT_FALSE(buckets.take("e", kStart + 1min)) << "which it is now";
  EXPECT_EQ(buckets.size(), 1u);
}

TEST(TokenBuckets, AFloodOfKeysIsBounded) {
  TokenBuckets buckets({.per_minute = 60}, 100);
  int let_through = 0;
  for (int i = 0; i < 100'000; ++i) let_through += buckets.take(std::to_string(i), kStart) ? 0 : 1;
  EXPECT_EQ(buckets.size(), 100u);
  EXPECT_EQ(let_through, 100 + 60);
}

}  // namespace
}  // namespace drover::server
