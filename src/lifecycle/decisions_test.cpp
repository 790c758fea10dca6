// Trusted time, quarantine, and when to try again.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "lifecycle/changes.h"
#include "lifecycle/quarantine.h"
#include "lifecycle/retry.h"
#include "lifecycle/trusted_time.h"

namespace drover::lifecycle {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;

const UnixTime kBuilt = *parse_time("2026-01-01T00:00:00Z");
const TimeBounds kBounds{.built = kBuilt, .issued = kBuilt + days(30), .last_expiry = kBuilt + days(365)};

TEST(TrustedTime, a_clock_between_the_floor_and_the_last_expiry_is_believed) {
  EXPECT_TRUE(judge_clock(kBuilt + days(30), kBounds));
  EXPECT_TRUE(judge_clock(kBuilt + days(365), kBounds));
}

TEST(TrustedTime, a_clock_at_1970_or_2100_blocks_installs_with_a_reason) {
  for (const char* time : {"1970-01-01T00:00:10Z", "2026-01-30T23:59:59Z", "2100-01-01T00:00:00Z"}) {
    const Status judged = judge_clock(*parse_time(time), kBounds);
    ASSERT_FALSE(judged) << time;
    EXPECT_EQ(judged.error().code, Code::clock_untrusted);
    EXPECT_NE(judged.error().message.find(time), std::string::npos) << judged.error().message;
  }
}

TEST(TrustedTime, the_floor_is_the_build_where_no_metadata_is_newer) {
  EXPECT_EQ(floor_of({.built = kBuilt, .issued = kBuilt - days(1), .last_expiry = {}}), kBuilt);
  EXPECT_EQ(floor_of({.built = kBuilt, .issued = {}, .last_expiry = {}}), kBuilt);
  EXPECT_TRUE(
      judge_clock(*parse_time("2100-01-01T00:00:00Z"), {.built = kBuilt, .issued = {}, .last_expiry = {}}));
}

TEST(TrustedTime, expiry_is_judged_by_the_floor_where_the_clock_is_behind_it) {
  EXPECT_EQ(judged_time(UnixTime{}, kBounds), kBuilt + days(30));
  EXPECT_EQ(judged_time(kBuilt + days(40), kBounds), kBuilt + days(40));
  EXPECT_EQ(judged_time(kBuilt + days(400), kBounds), kBuilt + days(400));
}

TEST(Quarantine, holds_until_a_higher_order_names_the_bundle_again) {
  std::vector<Quarantined> quarantine;
  const Digest digest = sha256("bad");
  add(quarantine,
      {.digest = digest, .version = {}, .order = 7, .reason = Code::probation_nan, .message = "NaN"});
  EXPECT_NE(forbids(quarantine, digest, 7), nullptr);
  EXPECT_NE(forbids(quarantine, digest, 6), nullptr);
  EXPECT_EQ(forbids(quarantine, digest, 8), nullptr);
  EXPECT_EQ(forbids(quarantine, sha256("other"), 7), nullptr);
  EXPECT_TRUE(remove(quarantine, digest));
  EXPECT_FALSE(remove(quarantine, digest));
}

TEST(Quarantine, of_a_standalone_device_lasts_whatever_the_channel_repeats) {
  std::vector<Quarantined> quarantine;
  add(quarantine,
      {.digest = sha256("bad"), .version = {}, .order = 0, .reason = Code::probation_nan, .message = {}});
  EXPECT_NE(forbids(quarantine, sha256("bad"), 0), nullptr);
}

TEST(Quarantine, forgets_the_oldest_when_it_is_full) {
  std::vector<Quarantined> quarantine;
  for (std::size_t i = 0; i <= kQuarantineMax; ++i)
    add(quarantine,
        {.digest = sha256(std::to_string(i)), .version = {}, .order = 1, .reason = {}, .message = {}});
  EXPECT_EQ(quarantine.size(), kQuarantineMax);
  EXPECT_EQ(forbids(quarantine, sha256("0"), 1), nullptr);
  EXPECT_NE(forbids(quarantine, sha256(std::to_string(kQuarantineMax)), 1), nullptr);
}

TEST(Retry, waits_double_up_to_the_longest_and_lie_in_their_upper_half) {
  EXPECT_TRUE(rc::check([] {
    const RetryLimits limits{.first = seconds(5), .longest = seconds(600), .attempts_max = 6};
    const auto attempt = *rc::gen::inRange<std::uint64_t>(1, 200);
    const double jitter = *rc::gen::inRange(0, 1000) / 1000.0;
    const milliseconds whole =
        std::min<milliseconds>(seconds(600), seconds(5) * (1 << std::min<std::uint64_t>(attempt - 1, 10)));
    const milliseconds delay = retry_delay(limits, attempt, jitter);
    RC_ASSERT(delay >= whole / 2);
    RC_ASSERT(delay <= whole);
  }));
}

TEST(Retry, what_the_device_refused_is_not_tried_again_by_itself) {
  EXPECT_TRUE(worth_another_round(Code::unreachable));
  EXPECT_TRUE(worth_another_round(Code::disk_full));
  EXPECT_TRUE(worth_another_round(Code::clock_untrusted));
  EXPECT_TRUE(worth_another_round(Code::metadata_expired));
  EXPECT_TRUE(worth_another_round(Code::bad_digest));
  EXPECT_FALSE(worth_another_round(Code::smoke_output));
  EXPECT_FALSE(worth_another_round(Code::quarantined));
  EXPECT_FALSE(worth_another_round(Code::bad_bundle));
}

TEST(Retry, a_clock_that_was_wrong_is_looked_at_again_soon_however_often) {
  const RetryLimits limits{
      .first = std::chrono::minutes(1), .longest = std::chrono::hours(24), .attempts_max = 0};
  EXPECT_EQ(round_delay(limits, Code::clock_untrusted, 20, 0), seconds(30));
  EXPECT_EQ(round_delay(limits, Code::bad_digest, 20, 0), std::chrono::hours(12));
}

TEST(Assignment, is_news_when_its_order_is_higher_or_its_version_another) {
  Record record;
  const auto assignment = [](const char* version, std::uint64_t order) {
    return Assignment{*Version::parse(version), order};
  };
  EXPECT_TRUE(is_news(record, assignment("1.0.0", 0)));
  record.assignment = assignment("1.0.0", 3);
  EXPECT_FALSE(is_news(record, assignment("1.0.0", 3)));
  EXPECT_FALSE(is_news(record, assignment("1.1.0", 2)));
  EXPECT_TRUE(is_news(record, assignment("1.0.0", 4)));
  record.assignment = assignment("1.0.0", 0);
  EXPECT_TRUE(is_news(record, assignment("1.1.0", 0)));
}

}  // namespace
}  // namespace drover::lifecycle
