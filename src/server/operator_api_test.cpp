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
  /// Where a target of this content belongs.
  static std::string target(const std::string& content) {
    return "targets/models/m/1.0.0/" + sha256(content).hex() + ".f.drover";
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
  EXPECT_EQ(put(target("x"), "x", "viewer-token").status, 403);
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
  const json assign = {{"model", "m"}, {"version", "1.0.0"}};
  EXPECT_EQ(put(target("bundle"), "bundle").status, 201);
  const Reply refused = fleet.api("POST", "/devices/cam-1/assign", assign);
  EXPECT_EQ(refused.status, 404) << "a file that no signed metadata names is no version";
  EXPECT_NE(refused.body["error"]["message"].get<std::string>().find("publish it first"), std::string::npos);
  EXPECT_EQ(fleet.assign("cam-1", "1.0.0").status, 200);
  EXPECT_EQ(fleet.assign("none", "1.0.0").status, 404);
  EXPECT_EQ(fleet.api("POST", "/devices/cam-1/assign", {{"model", "UPPER"}, {"version", "1.0.0"}}).status,
            400);
  EXPECT_EQ(fleet.assign("cam-1", "one").status, 400);
}

TEST_F(OperatorApi, ADirectSetOfTheShadowIsAnAssignmentLikeAnyOther) {
  fleet.enrol("cam-1", fleet.token());
  fleet.assign("cam-1", "1.0.0");
  const auto set = [&](const char* desired) {
    return fleet.api("POST", "/devices/cam-1/shadow", {{"state", {{"desired", json::parse(desired)}}}});
  };
  const Reply unpublished = set(R"({"models":{"defect":{"version":"9.9.9"}}})");
  EXPECT_EQ(unpublished.status, 400);
  EXPECT_TRUE(unpublished.body["message"].get<std::string>().starts_with("state.desired.models.defect: "))
      << unpublished.body;
  EXPECT_EQ(set(R"({"models":{"defect":"1.0.0"}})").status, 400);
  const json before = fleet.api("GET", "/devices/cam-1/shadow").body["state"]["desired"];
  EXPECT_EQ(set(before.dump().c_str()).status, 200) << "what stands there may be said again";
  EXPECT_EQ(set(R"({"models":{"defect":{"version":"1.0.0","order":7}}})").status, 400);
  EXPECT_EQ(fleet.api("GET", "/devices/cam-1/shadow").body["state"]["desired"], before);
  EXPECT_EQ(set(R"({"models":{"defect":null}})").status, 200);
}

TEST_F(OperatorApi, ADeviceDoesNotSayWhatItIsToRun) {
  fleet.enrol("cam-1", fleet.token());
  fleet.assign("cam-1", "1.0.0");
  for (const char* path : {"/device/v1/shadow", "/things/cam-1/shadow"})
    for (const char* desired :
         {R"({"models":{"defect":{"version":"2.0.0"}}})", "null", R"({"models":null})"}) {
      const Reply refused =
          fleet.as("cam-1", "POST", path, R"({"state":{"desired":)" + std::string(desired) + "}}");
      EXPECT_EQ(refused.status, 403) << path << " " << desired;
    }
  EXPECT_EQ(
      fleet.as("cam-1", "POST", "/device/v1/shadow", R"({"state":{"desired":{"mode":"night"}}})").status,
      200);
  EXPECT_EQ(fleet.api("GET", "/devices/cam-1").body["desired"]["defect"]["version"], "1.0.0");
}

TEST_F(OperatorApi, AVersionThatIsNotThereIsAssignedByForceAlone) {
  fleet.enrol("cam-1", fleet.token());
  const Reply refused = fleet.api("POST", "/devices/cam-1/assign", {{"model", "m"}, {"version", "1.0.0"}});
  EXPECT_NE(refused.body["error"]["message"].get<std::string>().find("with --force"), std::string::npos)
      << "as drover device assign spells it: " << refused.body;
}

TEST_F(OperatorApi, ANamedShadowThatNobodyMadeIsNotFound) {
  fleet.enrol("cam-1", fleet.token());
  EXPECT_EQ(fleet.api("GET", "/devices/cam-1/shadow").status, 200) << "a device's own is always there";
  const Reply none = fleet.api("GET", "/devices/cam-1/shadow?name=zz");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.body["error"]["code"], "not_found");
  EXPECT_EQ(none.body["error"]["message"], "no shadow exists with name: zz");
  fleet.api("POST", "/devices/cam-1/shadow?name=zz", json::parse(R"({"state":{"desired":{"x":1}}})"));
  EXPECT_EQ(fleet.api("GET", "/devices/cam-1/shadow?name=zz").body["state"]["desired"]["x"], 1);
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

TEST_F(OperatorApi, KeepsAnUploadedTargetAndServesItInParts) {
  const std::string content(100'000, 'x');
  const std::string path = target(content);
  ASSERT_EQ(put(path, content).status, 201);
  EXPECT_EQ(put(path, content).status, 200) << "the same again is no change";
  const auto whole = repo(path);
  EXPECT_EQ(whole.body, content);
  EXPECT_NE(whole.header("cache-control").find("immutable"), std::string::npos);
  EXPECT_EQ(repo(path, {}, 99'990).body.size(), 10u);
  EXPECT_EQ(repo(path, {}, 100'000).status, 416);
  EXPECT_EQ(repo(path, {{"if-none-match", whole.header("etag")}}).status, 304);
  EXPECT_EQ(repo("targets/models/m/1.0.0").status, 404);
  EXPECT_EQ(repo(".uploads").status, 404);
  EXPECT_EQ(repo("targets/%2e%2e/%2e%2e/ca.key").status, 400);
}

TEST_F(OperatorApi, ATokenAloneDamagesNothingInTheRepository) {
  const std::string path = target("bundle");
  const Reply refused = put(path, "other bytes");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body["error"]["code"], "bad_digest");
  EXPECT_EQ(put("targets/x", "x").status, 400) << "a name without a hash can be anything's";
  EXPECT_EQ(put("targets/.hidden/" + sha256("x").hex() + ".x", "x").status, 400);
  EXPECT_EQ(put(path, "").status, 400);
  for (const char* metadata : {"metadata/timestamp.json", "metadata/2.targets.json", "elsewhere/x"})
    EXPECT_EQ(put(metadata, "{}").status, 404) << metadata;
  EXPECT_EQ(repo("metadata/2.targets.json").status, 404);
  EXPECT_EQ(put(path, "bundle").status, 201) << "nobody else took the name";
}

TEST_F(OperatorApi, AnswersHealthAndMetrics) {
  EXPECT_EQ(fleet.send(fleet.pki.stranger(), {.url = "/healthz"}).body["ok"], true);
  EXPECT_NE(
      fleet.send(fleet.pki.stranger(), {.url = "/metrics"}).raw.body.find("drover_server_requests_total"),
      std::string::npos);
  EXPECT_EQ(fleet.send(fleet.pki.stranger(), {.url = "/nothing"}).status, 404);
  EXPECT_EQ(fleet.send(fleet.pki.stranger(), {.method = "DELETE", .url = "/healthz"}).status, 405);
}

TEST_F(OperatorApi, CountsWhatTheRepositoryServes) {
  const std::string content = "bundle", path = target(content);
  ASSERT_EQ(put(path, content).status, 201);
  const auto served = [&](const std::string& what) {
    const std::string text = fleet.send(fleet.pki.stranger(), {.url = "/metrics"}).raw.body;
    const std::string name = "\ndrover_server_repository_" + what + "_total ";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? -1 : std::stoi(text.substr(at + name.size()));
  };
  EXPECT_EQ(served("targets"), 0);
  EXPECT_EQ(repo(path).status, 200);
  EXPECT_EQ(repo(path).status, 200);
  EXPECT_EQ(repo("targets/none").status, 404);
  EXPECT_EQ(served("targets"), 2) << "what was served, not what was asked for";
  EXPECT_EQ(served("metadata"), 0);
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
