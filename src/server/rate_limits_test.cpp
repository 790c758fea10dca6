#include "server/rate_limits.h"

#include <gtest/gtest.h>

#include "server/test_fleet.h"

namespace drover::server {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

TEST(RateLimits, AnIpv6CallerIsItsNetwork) {
  EXPECT_EQ(caller_of("2001:db8::1"), caller_of("2001:db8:0:0:ffff::2"));
  EXPECT_NE(caller_of("2001:db8::1"), caller_of("2001:db8:0:1::1"));
  EXPECT_NE(caller_of("::ffff:10.0.0.1"), caller_of("::ffff:10.0.0.2"));
  EXPECT_EQ(caller_of("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(caller_of(""), "");
}

TEST(RateLimits, AnAddressHasItsOwnShareOfTheEnrolmentsAndAllHaveOne) {
  Config config;
  config.enrolments_per_minute = 2;
  config.enrolments_per_minute_total = 3;
  RateLimits limits(config);
  EXPECT_FALSE(limits.enrolment("10.0.0.1", 1h));
  EXPECT_FALSE(limits.enrolment("10.0.0.1", 1h));
  const auto refused = limits.enrolment("10.0.0.1", 1h);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(refused->headers.back(), (std::pair<std::string, std::string>("retry-after", "30")));
  EXPECT_FALSE(limits.enrolment("10.0.0.2", 1h));
  EXPECT_EQ(limits.enrolment("10.0.0.3", 1h)->headers.back().second, "20");
}

TEST(RateLimits, ADeviceThatSendsTooMuchIsToldWhenToComeAgainAndOthersAreNot) {
  TestFleet fleet([](Config& config) { config.telemetry_per_minute = 2; });
  fleet.enrol("cam-1", fleet.token());
  fleet.enrol("cam-2", fleet.token());
  const auto send = [&](const char* device) {
    return fleet.as(device, "POST", "/device/v1/telemetry", R"({"epoch":"e","entries":[{"seq":1}]})");
  };
  EXPECT_EQ(send("cam-1").status, 200);
  EXPECT_EQ(send("cam-1").status, 200);
  const Reply refused = send("cam-1");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body["error"]["code"], "too_many");
  const int wait = std::stoi(refused.raw.header("retry-after"));
  EXPECT_GE(wait, 1);
  EXPECT_LE(wait, 30);
  EXPECT_EQ(send("cam-2").status, 200);
}

TEST(RateLimits, GuessingTokensIsSlowAndDoesNotReachTheAuthority) {
  TestFleet fleet([](Config& config) { config.enrolments_per_minute = 2; });
  EXPECT_EQ(fleet.enrol("cam-1", "dre_guess").status, 401);
  EXPECT_EQ(fleet.enrol("cam-1", "dre_again").status, 401);
  const std::string token = fleet.token();
  const Reply refused = fleet.enrol("cam-1", token);
  EXPECT_EQ(refused.status, 429);
  EXPECT_FALSE(refused.raw.header("retry-after").empty());
}

}  // namespace
}  // namespace drover::server
