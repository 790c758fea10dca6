#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/test_fleet.h"

namespace drover::server {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Operators : testing::Test {
  ManualClock clock{UnixTime(std::chrono::seconds(1'800'000'000))};
  TestFleet fleet{[](Config&) {}, clock};

  std::string make(const std::string& name, const std::string& role, int life_s = 0) {
    json body = {{"name", name}, {"role", role}};
    if (life_s > 0) body["expires_in_s"] = life_s;
    return fleet.api("POST", "/operators", body).body.value("token", "");
  }
};

TEST_F(Operators, ATokenMayDoWhatItsRoleMayUntilItIsRevoked) {
  const std::string token = make("bob", "operator");
  ASSERT_TRUE(token.starts_with("dro_"));
  EXPECT_EQ(fleet.api("POST", "/tokens", json::object(), token).status, 201);
  EXPECT_EQ(fleet.api("POST", "/operators", json::object(), token).status, 403);
  EXPECT_EQ(fleet.api("GET", "/audit").body["audit"][0]["who"], "bob");
  EXPECT_EQ(fleet.api("DELETE", "/operators/bob").status, 200);
  EXPECT_EQ(fleet.api("POST", "/tokens", json::object(), token).status, 401);
  EXPECT_EQ(fleet.api("DELETE", "/operators/bob").status, 404);
  EXPECT_FALSE(make("bob", "viewer").empty()) << "the name is free again";
}

TEST_F(Operators, ATokenEndsWhenItSaid) {
  const std::string token = make("bob", "viewer", 3600);
  clock.advance(std::chrono::seconds(3599));
  EXPECT_EQ(fleet.api("GET", "/devices", {}, token).status, 200);
  clock.advance(std::chrono::seconds(1));
  const Reply refused = fleet.api("GET", "/devices", {}, token);
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body["error"]["message"].get<std::string>(),
              HasSubstr("expired at 2027-01-15T09:00:00Z"));
}

TEST_F(Operators, AreListedWithoutTheirTokensAndWrittenDown) {
  const std::string token = make("bob", "viewer", 3600);
  const Reply list = fleet.api("GET", "/operators");
  EXPECT_EQ(list.body["operators"][1],
            json::parse(R"({"name":"bob","role":"viewer","created_at":"2027-01-15T08:00:00Z",
                            "expires_at":"2027-01-15T09:00:00Z"})"));
  const Reply audit = fleet.api("GET", "/audit");
  EXPECT_EQ(audit.body["audit"][0]["action"], "operator");
  EXPECT_EQ(audit.body["audit"][0]["target"], "bob");
  for (const std::string& text : {list.raw.body, audit.raw.body})
    EXPECT_EQ(text.find(token.substr(4)), std::string::npos) << "a token is shown once";
}

TEST_F(Operators, WhatIsNoNameNoRoleOrTakenIsRefused) {
  const auto status = [&](const json& body) { return fleet.api("POST", "/operators", body).status; };
  EXPECT_EQ(status({{"name", "bob"}}), 400);
  EXPECT_EQ(status({{"name", "bob"}, {"role", "king"}}), 400);
  EXPECT_EQ(status({{"name", "b b"}, {"role", "viewer"}}), 400);
  EXPECT_EQ(status({{"name", std::string(65, 'b')}, {"role", "viewer"}}), 400);
  EXPECT_EQ(status({{"name", "bob"}, {"role", "viewer"}, {"expires_in_s", -1}}), 400);
  EXPECT_EQ(status({{"name", "ann"}, {"role", "viewer"}}), 409);
}

TEST_F(Operators, TheLastAdminStays) {
  make("temp", "admin", 3600);
  const Reply refused = fleet.api("DELETE", "/operators/ann");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body["error"]["message"].get<std::string>(), HasSubstr("make another first"));
  const std::string next = make("next", "admin");
  EXPECT_EQ(fleet.api("DELETE", "/operators/ann", {}, next).status, 200);
}

}  // namespace
}  // namespace drover::server
