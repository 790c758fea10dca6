#include "agent/renewal.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/fake_http.h"
#include "base/log.h"
#include "fs/sim_file_system.h"
#include "net/certificates.h"

namespace drover::agent {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const UnixTime kEnrolled = parse_time("2026-05-01T00:00:00Z").value();
const net::KeyAndCertificate kAuthority = net::make_authority("authority", kEnrolled).value();

class RenewalTest : public testing::Test {
 protected:
  void SetUp() override {
    log::start("renewal_test", log::Format::text, log::Level::error);
    const auto request = net::make_request("press-7").value();
    ASSERT_TRUE(identity_.replace(request.key, certified(request.request, kEnrolled), ""));
    first_ = certificate();
  }
  static std::string certified(const std::string& request, UnixTime at) {
    return net::sign_request(kAuthority, request, at).value();
  }
  std::string certificate() { return identity_.certificate().value().value(); }
  void pass(std::chrono::seconds span) {
    clock_.advance(span);
    renewal_.pump();
  }
  /// The server signs what was asked for, by its own clock.
  void server_signs(UnixTime at) {
    const auto asked = nlohmann::json::parse(http_.request().body);
    const std::string made = certified(asked.at("csr"), at);
    http_.end(answer(200, nlohmann::json{{"device", "press-7"}, {"certificate", made}, {"ca", "A"}}.dump()));
  }
  /// Attempts within `span`, each of which the server grants by its own, right clock.
  int attempts_within(std::chrono::seconds span, UnixTime server) {
    int attempts = 0;
    for (std::chrono::seconds passed{0}; passed < span; passed += minutes(10)) {
      pass(minutes(10));
      if (http_.open() == 0) continue;
      ++attempts;
      server_signs(server + passed);
    }
    return attempts;
  }

  fs::SimFileSystem files_;
  FakeHttp http_;
  ManualClock clock_{kEnrolled};
  Outside outside_{http_, files_, clock_, [](std::uint64_t) { return 0; }};
  IdentityStore identity_{files_, "/id"};
  lifecycle::TimeBounds bounds_{
      .built = kEnrolled - days(30), .issued = kEnrolled, .last_expiry = kEnrolled + days(365)};
  std::string first_;
  Renewal renewal_{outside_, "https://h", "press-7", identity_, [this] { return bounds_; }};
};

TEST_F(RenewalTest, comes_at_two_thirds_of_the_certificates_life_and_then_rests) {
  pass(days(59));
  EXPECT_EQ(http_.open(), 0u);
  pass(days(1));
  ASSERT_EQ(http_.open(), 1u);
  EXPECT_EQ(http_.request().url, "https://h/device/v1/renew");
  server_signs(clock_.now());
  EXPECT_NE(certificate(), first_);
  EXPECT_EQ(attempts_within(days(30), clock_.now()), 0);
}

TEST_F(RenewalTest, that_is_refused_is_tried_again_later_each_time) {
  pass(days(60));
  int attempts = 0;
  for (int i = 0; i < 24 * 60; ++i) {
    if (http_.open() > 0) {
      ++attempts;
      http_.end(answer(503));
    }
    pass(minutes(1));
  }
  EXPECT_GT(attempts, 5);
  EXPECT_LT(attempts, 20);
  EXPECT_EQ(certificate(), first_);
}

TEST_F(RenewalTest, is_not_asked_for_at_a_clock_of_2100_and_comes_when_the_clock_heals) {
  clock_.set(parse_time("2100-01-01T00:00:00Z").value());
  EXPECT_EQ(attempts_within(hours(23), kEnrolled), 0);
  clock_.set(kEnrolled + days(61));
  pass(hours(1));
  EXPECT_EQ(http_.open(), 1u);
}

TEST_F(RenewalTest, is_tried_once_a_day_when_all_metadata_ended_though_the_clock_may_be_right) {
  clock_.set(parse_time("2100-01-01T00:00:00Z").value());
  EXPECT_EQ(attempts_within(days(10), kEnrolled), 9);
}

TEST_F(RenewalTest, at_a_clock_of_1970_goes_by_the_trusted_floor) {
  clock_.set(UnixTime{});
  EXPECT_EQ(attempts_within(days(3), kEnrolled), 0);
  bounds_.issued = kEnrolled + days(70);
  EXPECT_EQ(attempts_within(days(3), kEnrolled + days(71)), 1);
  EXPECT_NE(certificate(), first_);
}

}  // namespace
}  // namespace drover::agent
