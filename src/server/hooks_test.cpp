// Webhooks against a running server: who may send them, and what they move.
#include <gtest/gtest.h>

#include "base/hmac.h"
#include "fs/file_system.h"
#include "server/test_fleet.h"

namespace drover::server {
namespace {

using nlohmann::json;

constexpr const char* kSecret = "a-secret-of-the-fleet";

class Hooks : public testing::Test {
 protected:
  /// A body whose alert began now.
  json sample(const std::string& name) {
    const auto bytes = fs::read_file(fs::real_file_system(),
                                     std::string(DROVER_SOURCE_DIR) + "/tests/data/hooks/" + name, 1 << 20);
    json body = json::parse(as_text(bytes.value()));
    body["alerts"][0]["startsAt"] = format_time(clock.now());
    return body;
  }
  void SetUp() override {
    fleet.enrol("cam-1", fleet.token());
    fleet.assign("cam-1", "1.0.0");
    fleet.assign("cam-1", "1.1.0");
    report({{"version", "1.1.0"}, {"order", 2}, {"previous", "1.0.0"}});
  }
  void report(const json& entry) {
    const json body = {{"state", {{"reported", {{"models", {{"defect", entry}}}}}}}};
    ASSERT_EQ(fleet.as("cam-1", "POST", "/device/v1/shadow", body.dump()).status, 200);
  }
  Reply send(const std::string& hook, const std::string& body, net::Headers headers) {
    return fleet.send(
        fleet.pki.stranger(),
        {.method = "POST", .url = "/hooks/" + hook, .headers = std::move(headers), .body = body});
  }
  Reply send(const std::string& hook, const json& body) {
    return send(hook, body.dump(), {{"authorization", "Bearer operator-token"}});
  }
  json desired() { return fleet.api("GET", "/devices/cam-1").body["desired"]["defect"]; }
  json audit() { return fleet.api("GET", "/audit?count=1000").body["audit"]; }

  ManualClock clock{system_clock().now()};  // certificates hold by the machine's
  TestFleet fleet{[this](Config& config) {
                    config.hooks_act = HookPolicy::parse("defect=rollback").value();
                    config.hooks_secret_file = "hook.secret";
                    fleet.pki.write("hook.secret", std::string(kSecret) + "\n");
                  },
                  clock};
};

TEST_F(Hooks, AnAlertRollsItsDeviceBackAndTheAuditHasItsNumbers) {
  for (const char* hook : {"grafana", "alertmanager"}) {
    const Reply reply = send(hook, sample(std::string(hook) + "_firing.json"));
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.body["alerts"][0]["decision"], std::string(hook) == "grafana" ? "rolled_back" : "held")
        << reply.body;
    EXPECT_EQ(desired()["version"], "1.0.0") << "once, and not a second time by another rule";
    EXPECT_EQ(desired()["order"], 3);
  }
  const json line = audit()[1];
  EXPECT_EQ(line["who"], "joe");
  EXPECT_EQ(line["target"], "cam-1");
  EXPECT_EQ(line["detail"]["from"], "1.1.0");
  EXPECT_EQ(line["detail"]["to"], "1.0.0");
  EXPECT_EQ(line["detail"]["evidence"]["values"]["B"], 0.7012);
}

TEST_F(Hooks, WakesTheDeviceThatWaits) {
  const auto before = fleet.as("cam-1", "GET", "/device/v1/shadow").body["desired_version"];
  send("grafana", sample("grafana_firing.json"));
  EXPECT_NE(fleet.as("cam-1", "GET", "/device/v1/shadow").body["desired_version"], before);
}

TEST_F(Hooks, TheSameAlertIsDecidedOnceAlsoAfterARestart) {
  const json body = sample("grafana_firing.json");
  EXPECT_EQ(send("grafana", body).body["alerts"][0]["new"], true);
  fleet.stop();
  fleet.start();
  fleet.assign("cam-1", "1.1.0");  // a person decided otherwise
  report({{"version", "1.1.0"}, {"order", 4}, {"previous", "1.0.0"}});
  const Reply again = send("grafana", body);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body["alerts"][0]["new"], false);
  EXPECT_EQ(again.body["alerts"][0]["decision"], "rolled_back");
  EXPECT_EQ(desired()["version"], "1.1.0");
}

TEST_F(Hooks, ABatchIsDecidedAlertByAlert) {
  json body = sample("grafana_firing.json");
  json resolved = body["alerts"][0], fleet_wide = body["alerts"][0], stranger = body["alerts"][0];
  resolved["status"] = "resolved";
  fleet_wide["labels"].erase("device");
  fleet_wide["fingerprint"] = "f2";
  stranger["labels"]["device"] = "cam-9";
  stranger["fingerprint"] = "f3";
  body["alerts"] = {resolved, fleet_wide, stranger, body["alerts"][0]};
  body["truncatedAlerts"] = 2;
  const Reply reply = send("grafana", body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  std::vector<std::string> decisions;
  for (const auto& alert : reply.body["alerts"]) decisions.push_back(alert["decision"]);
  EXPECT_EQ(decisions, (std::vector<std::string>{"recorded", "recorded", "recorded", "rolled_back"}));
  EXPECT_EQ(reply.body["truncated"], 2);
}

TEST_F(Hooks, ADeviceWithNothingToGoBackToIsHeld) {
  report({{"version", "1.1.0"}, {"order", 2}, {"previous", nullptr}});
  const Reply reply = send("alertmanager", sample("alertmanager_firing.json"));
  EXPECT_EQ(reply.body["alerts"][0]["decision"], "held");
  EXPECT_EQ(desired()["version"], "1.1.0");
  EXPECT_EQ(audit()[0]["detail"]["why"], "the device has no previous version to go back to");
}

TEST_F(Hooks, TakesASignatureOrAnOperatorsTokenAndNothingElse) {
  const std::string body = sample("grafana_firing.json").dump();
  const auto sign = [&](const std::string& text) {
    return hmac_sha256(as_bytes(kSecret), as_bytes(text)).hex();
  };
  const std::string now = std::to_string(clock.now().time_since_epoch().count());
  const std::string old = std::to_string(clock.now().time_since_epoch().count() - 301);
  constexpr const char *kSignature = "x-grafana-alerting-signature", *kTime = "x-grafana-alerting-timestamp";
  const std::pair<net::Headers, int> rows[] = {
      {{}, 401},
      {{{"authorization", "Bearer nobody"}}, 401},
      {{{"authorization", "Bearer viewer-token"}}, 403},
      {{{"authorization", "Bearer viewer-token"}, {kSignature, sign(body)}}, 403},
      {{{kSignature, sign(body + " ")}}, 401},
      {{{kSignature, ""}}, 401},
      {{{kSignature, sign(old + ":" + body)}, {kTime, old}}, 401},
      {{{kSignature, sign(now + ":" + body)}}, 401},
      {{{kSignature, sign(now + ":" + body)}, {kTime, now}}, 200},
      {{{kSignature, sign(body)}}, 200},
  };
  for (const auto& [headers, status] : rows) EXPECT_EQ(send("grafana", body, headers).status, status);
  EXPECT_EQ(audit()[0]["who"], "signed hook");
  EXPECT_EQ(send("grafana", "{\"alerts\":", {{"authorization", "Bearer operator-token"}}).status, 400);
}

TEST_F(Hooks, NothingMovesUnlessTheOwnerAllowsIt) {
  json body = sample("grafana_firing.json");
  body["alerts"][0]["labels"]["model"] = "other";
  const Reply reply = send("grafana", body);
  EXPECT_EQ(reply.body["alerts"][0]["decision"], "recorded");
  EXPECT_EQ(reply.body["alerts"][0]["why"], "hooks.act says record");
}

}  // namespace
}  // namespace drover::server
