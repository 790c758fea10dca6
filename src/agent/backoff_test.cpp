#include "agent/backoff.h"

#include <gtest/gtest.h>

#include "agent/fake_http.h"
#include "agent/retry_after.h"

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

TEST(Backoff, WaitsAsLongAsItIsAskedToAndNotAllTheSame) {
  Backoff shortest(milliseconds(1000), milliseconds(5000), [](std::uint64_t) { return 0; });
  EXPECT_EQ(shortest.next(milliseconds(60'000)), milliseconds(60'000));
  EXPECT_EQ(shortest.next(milliseconds(100)), milliseconds(1000)) << "its own wait is longer";
  Backoff longest(milliseconds(1000), milliseconds(5000), [](std::uint64_t bound) { return bound - 1; });
  EXPECT_EQ(longest.next(milliseconds(60'000)), milliseconds(75'000));
}

TEST(RetryAfter, IsReadFromAnswersThatRefuseForNow) {
  const auto asked = [](int status, std::string text) {
    net::ClientResponse response = answer(status);
    response.headers = {{"retry-after", std::move(text)}};
    return retry_after(response);
  };
  EXPECT_EQ(asked(429, "30"), milliseconds(30'000));
  EXPECT_EQ(asked(503, "30"), milliseconds(30'000));
  EXPECT_EQ(asked(200, "30"), milliseconds(0));
  EXPECT_EQ(asked(429, "999999999"), std::chrono::hours(1));
  for (const char* nonsense :
       {"", "-3", "soon", "3 ", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"})
    EXPECT_EQ(asked(429, nonsense), milliseconds(0)) << nonsense;
  EXPECT_EQ(retry_after(fail(Code::unreachable, "down")), milliseconds(0));
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
