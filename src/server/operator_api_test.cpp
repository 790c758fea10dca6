#include <gtest/gtest.h>

#include "server/test_fleet.h"

namespace drover::server {
namespace {

using nlohmann::json;

class OperatorApi : public testing::Test {
 protected:
  Reply put(const std::string& path, const std::string& content, const std::string& token = "admin-token") {
    return fleet.send(fleet.pki.stranger(), {.method = "PUT",
                                             .url = "/api/v1/repository/" + path,
                                             .headers = {{"authorization", "Bearer " + token}},
                                             .body = content});
  }
  net::ClientResponse repo(const std::string& path, net::Headers headers = {}, std::uint64_t resume_at = 0) {
    return fleet
        .send(fleet.pki.stranger(),
              {.url = "/repo/" + path, .headers = std::move(headers), .resume_at = resume_at})
        .raw;
  }
  TestFleet fleet;
};

TEST_F(OperatorApi, AViewerLooksAndDoesNotTouch) {
  fleet.enrol("cam-1", fleet.token());
  EXPECT_EQ(fleet.api("GET", "/devices", {}, "viewer-token").body["devices"][0]["id"], "cam-1");
  const json assign = {{"model", "defect"}, {"version", "1.0.0"}, {"force", true}};
  const Reply refused = fleet.api("POST", "/devices/cam-1/assign", assign, "viewer-token");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body["error"]["message"], "\"eve\" is viewer; this needs operator");
  EXPECT_EQ(fleet.api("POST", "/tokens", json::object(), "viewer-token").status, 403);
  EXPECT_EQ(put("targets/x", "x", "viewer-token").status, 403);
}

TEST_F(OperatorApi, ListsByLabelAndInPages) {
  for (const char* id : {"a", "b", "c"})
    fleet.enrol(id, fleet.token({{"labels", {{"site", std::string(id) == "b" ? "south" : "north"}}}}));
  const Reply north = fleet.api("GET", "/devices?label=site%3Dnorth&count=1");
  ASSERT_EQ(north.body["devices"].size(), 1u) << north.body;
  EXPECT_EQ(north.body["devices"][0]["id"], "a");
  const Reply rest =
      fleet.api("GET", "/devices?label=site%3Dnorth&count=5&after=" + north.body["next"].get<std::string>());
  ASSERT_EQ(rest.body["devices"].size(), 1u);
  EXPECT_EQ(rest.body["devices"][0]["id"], "c");
  EXPECT_TRUE(rest.body["next"].is_null());
  EXPECT_EQ(fleet.api("GET", "/devices?count=0").status, 400);
  fleet.api("POST", "/devices/a/labels", json::parse(R"({"labels":{"site":null,"line":"3"}})"));
  EXPECT_EQ(fleet.api("GET", "/devices/a").body["labels"], json::parse(R"({"line":"3"})"));
}

TEST_F(OperatorApi, AssignsOnlyWhatIsPublishedUnlessForced) {
  fleet.enrol("cam-1", fleet.token());
  const json assign = {{"model", "defect"}, {"version", "1.0.0"}};
  const Reply refused = fleet.api("POST", "/devices/cam-1/assign", assign);
  EXPECT_EQ(refused.status, 404);
  EXPECT_NE(refused.body["error"]["message"].get<std::string>().find("publish it first"), std::string::npos);
  EXPECT_EQ(put("targets/models/defect/1.0.0/x.defect-1.0.0.drover", "bundle").status, 201);
  EXPECT_EQ(fleet.api("POST", "/devices/cam-1/assign", assign).status, 200);
  EXPECT_EQ(fleet.api("POST", "/devices/none/assign", assign).status, 404);
  EXPECT_EQ(fleet.api("POST", "/devices/cam-1/assign", {{"model", "UPPER"}, {"version", "1.0.0"}}).status,
            400);
  EXPECT_EQ(fleet.api("POST", "/devices/cam-1/assign", {{"model", "defect"}, {"version", "one"}}).status,
            400);
}

TEST_F(OperatorApi, WritesDownWhoDidWhat) {
  fleet.enrol("cam-1", fleet.token());
  fleet.assign("cam-1", "1.0.0");
  fleet.api("POST", "/devices/cam-1/shadow", json::parse(R"({"state":{"desired":{"x":1}}})"));
  fleet.api("POST", "/devices/cam-1/revoke");
  const Reply audit = fleet.api("GET", "/audit");
  std::vector<std::string> actions;
  for (const json& row : audit.body["audit"]) {
    actions.push_back(row["action"]);
    EXPECT_EQ(row["who"], "ann");
  }
  EXPECT_EQ(actions, (std::vector<std::string>{"revoke", "shadow", "assign", "token"}));
  EXPECT_EQ(audit.body["audit"][2]["detail"]["version"], "1.0.0");
}

TEST_F(OperatorApi, KeepsAnUploadedFileAndServesItInParts) {
  const std::string content(100'000, 'x');
  ASSERT_EQ(put("targets/models/m/1.0.0/f.drover", content).status, 201);
  const auto whole = repo("targets/models/m/1.0.0/f.drover");
  EXPECT_EQ(whole.body, content);
  EXPECT_NE(whole.header("cache-control").find("immutable"), std::string::npos);
  EXPECT_EQ(repo("targets/models/m/1.0.0/f.drover", {}, 99'990).body.size(), 10u);
  EXPECT_EQ(repo("targets/models/m/1.0.0/f.drover", {}, 100'000).status, 416);
  EXPECT_EQ(repo("targets/models/m/1.0.0/f.drover", {{"if-none-match", whole.header("etag")}}).status, 304);
  EXPECT_EQ(repo("targets/models/m/1.0.0").status, 404);
  EXPECT_EQ(repo(".uploads").status, 404);
  EXPECT_EQ(repo("targets/%2e%2e/%2e%2e/ca.key").status, 400);
}

TEST_F(OperatorApi, WhatIsPublishedNeverChanges) {
  EXPECT_EQ(put("metadata/2.targets.json", "{}").status, 201);
  EXPECT_EQ(put("metadata/2.targets.json", "{}").status, 200) << "the same again is no change";
  EXPECT_EQ(put("metadata/2.targets.json", "{ }").status, 409);
  EXPECT_EQ(put("elsewhere/x", "x").status, 400);
  EXPECT_EQ(put("targets/.hidden", "x").status, 400);
  EXPECT_EQ(repo("metadata/2.targets.json").body, "{}");
}

TEST_F(OperatorApi, OnlyANewerTimestampReplacesTheCurrentOne) {
  const auto timestamp = [&](int version) {
    return put("metadata/timestamp.json", fmt::format(R"({{"signed":{{"version":{}}}}})", version)).status;
  };
  EXPECT_EQ(timestamp(2), 201);
  EXPECT_EQ(timestamp(3), 201);
  EXPECT_EQ(timestamp(2), 409);
  EXPECT_EQ(put("metadata/timestamp.json", "nonsense").status, 400);
  EXPECT_EQ(repo("metadata/timestamp.json").body, R"({"signed":{"version":3}})");
}

TEST_F(OperatorApi, AnswersHealthAndMetrics) {
  EXPECT_EQ(fleet.send(fleet.pki.stranger(), {.url = "/healthz"}).body["ok"], true);
  EXPECT_NE(
      fleet.send(fleet.pki.stranger(), {.url = "/metrics"}).raw.body.find("drover_server_requests_total"),
      std::string::npos);
  EXPECT_EQ(fleet.send(fleet.pki.stranger(), {.url = "/nothing"}).status, 404);
  EXPECT_EQ(fleet.send(fleet.pki.stranger(), {.method = "DELETE", .url = "/healthz"}).status, 405);
}

TEST_F(OperatorApi, FindsEverythingAgainAfterARestart) {
  fleet.enrol("cam-1", fleet.token());
  fleet.assign("cam-1", "1.0.0");
  fleet.stop();
  fleet.start();
  const Reply shadow = fleet.as("cam-1", "GET", "/device/v1/shadow");
  EXPECT_EQ(shadow.body["state"]["desired"]["models"]["defect"]["version"], "1.0.0");
  EXPECT_NE(fleet.api("GET", "/devices/cam-1").body["seen_at"], nullptr);
}

}  // namespace
}  // namespace drover::server
