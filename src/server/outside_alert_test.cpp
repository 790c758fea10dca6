#include "server/outside_alert.h"

#include <gtest/gtest.h>

#include "fs/file_system.h"
#include "server/hook_access.h"

namespace drover::server {
namespace {

using nlohmann::json;

std::string sample(const std::string& name) {
  const auto bytes = fs::read_file(fs::real_file_system(),
                                   std::string(DROVER_SOURCE_DIR) + "/tests/data/hooks/" + name, 1 << 20);
  return std::string(as_text(bytes.value()));
}

TEST(OutsideAlert, ReadsTheBodyThatGrafanaDocuments) {
  const OutsideAlerts read = read_outside_alerts(sample("grafana_firing.json")).value();
  ASSERT_EQ(read.alerts.size(), 1u);
  const OutsideAlert& alert = read.alerts.front();
  EXPECT_TRUE(alert.firing);
  EXPECT_EQ(alert.fingerprint, "c6eadffa33fcdf37");
  EXPECT_EQ(alert.device, "cam-1");
  EXPECT_EQ(alert.model, "defect");
  EXPECT_EQ(alert.version, "1.1.0");
  EXPECT_EQ(alert.name, "Low confidence");
  EXPECT_EQ(format_time(*alert.began), "2026-01-01T10:05:00Z");
  EXPECT_EQ(alert.evidence["values"]["B"], 0.7012);
  EXPECT_EQ(alert.evidence["annotations"]["summary"], "mean confidence of defect on cam-1 is below 0.75");
}

TEST(OutsideAlert, ReadsTheBodyThatAlertmanagerDocuments) {
  const OutsideAlerts read = read_outside_alerts(sample("alertmanager_firing.json")).value();
  ASSERT_EQ(read.alerts.size(), 1u);
  EXPECT_EQ(read.alerts.front().name, "DroverLowConfidence");
  EXPECT_EQ(read.alerts.front().evidence["labels"]["severity"], "critical");
}

TEST(OutsideAlert, OneThatCannotBeReadDoesNotKeepTheOthersFromBeingTaken) {
  json body = json::parse(sample("grafana_firing.json"));
  json resolved = body["alerts"][0];
  resolved["status"] = "resolved";
  body["alerts"] = {resolved, {{"status", "odd"}}, 7, body["alerts"][0]};
  body["truncatedAlerts"] = 3;
  const OutsideAlerts read = read_outside_alerts(body.dump()).value();
  ASSERT_EQ(read.alerts.size(), 2u);
  EXPECT_FALSE(read.alerts[0].firing);
  EXPECT_EQ(read.truncated, 3u);
  EXPECT_EQ(read.unread, (std::vector<std::string>{R"(alerts[1].status: must be "firing" or "resolved")",
                                                   "alerts[2]: must be an object"}));
}

TEST(OutsideAlert, NamesWhatIsWrongWithABody) {
  const std::string good = sample("grafana_firing.json");
  const std::pair<std::string, std::string> rows[] = {
      {good.substr(0, good.size() / 2), "line"},
      {"[]", "the body must be a JSON object"},
      {"{}", "alerts: must be a list"},
      {R"({"alerts":{}})", "alerts: must be a list"},
      {R"({"alerts":[{"status":"firing"}]})", "alerts[0].labels: must be an object"},
      {R"({"alerts":[{"status":"firing","labels":{},"startsAt":"soon"}]})", "alerts[0].startsAt"},
  };
  for (const auto& [body, message] : rows) {
    const auto read = read_outside_alerts(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, Code::bad_json);
    EXPECT_NE(read.error().message.find(message), std::string::npos) << read.error().message;
  }
  json many = {{"alerts", json::array()}};
  for (std::size_t i = 0; i <= kHookAlertsMax; ++i) many["alerts"].push_back(0);
  EXPECT_EQ(read_outside_alerts(many.dump()).error().code, Code::too_many);
  EXPECT_EQ(read_outside_alerts(std::string(kHookBytesMax + 1, ' ')).error().code, Code::too_large);
}

TEST(OutsideAlert, WithoutAFingerprintItsLabelsTellItFromOthers) {
  json body = json::parse(sample("grafana_firing.json"));
  body["alerts"][0].erase("fingerprint");
  json other = body;
  other["alerts"][0]["labels"]["device"] = "cam-2";
  const auto of = [](const json& document) {
    return read_outside_alerts(document.dump())->alerts.front().fingerprint;
  };
  EXPECT_TRUE(of(body).starts_with("sha256:"));
  EXPECT_EQ(of(body), of(body));
  EXPECT_NE(of(body), of(other));
}

TEST(OutsideAlert, WhatTheAuditKeepsOfItIsBounded) {
  json body = json::parse(sample("grafana_firing.json"));
  json& alert = body["alerts"][0];
  for (int i = 0; i < 500; ++i) alert["labels"]["label" + std::to_string(i)] = std::string(1000, 'x');
  alert["valueString"] = std::string(100'000, 'v');
  alert["annotations"]["long"] = std::string(255, 'a') + "\u00e4\u00e4";
  const auto read = read_outside_alerts(body.dump()).value();
  EXPECT_LT(read.alerts.front().evidence.dump().size(), 20'000u);
  EXPECT_EQ(read.alerts.front().evidence["annotations"]["long"], std::string(255, 'a'))
      << "no half of a character";
}

TEST(OutsideAlert, ReadsDatesOfRfc3339) {
  const std::pair<const char*, const char*> good[] = {
      {"2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"},
      {"2026-01-01T12:00:00.123456789Z", "2026-01-01T12:00:00Z"},
      {"2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00Z"},
      {"2026-01-01T12:00:00.5-05:30", "2026-01-01T17:30:00Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}};
  for (const auto& [text, expected] : good) {
    ASSERT_TRUE(parse_rfc3339(text)) << text;
    EXPECT_EQ(format_time(*parse_rfc3339(text)), expected);
  }
  for (const char* text : {"", "2026-01-01", "2026-01-01T12:00:00", "2026-01-01T12:00:00.Z",
                           "2026-01-01T12:00:00.5", "2026-01-01T12:00:00+2:00", "2026-01-01T12:00:00+24:00",
                           "2026-13-01T12:00:00Z", "2026-01-01T12:00:00Zz"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

/// The digests were made with: printf BODY | openssl dgst -sha256 -hmac SECRET
TEST(HookSignature, HoldsForTheBodyOrForTimeAndBody) {
  const std::string secret = "a-secret-of-the-fleet", body = R"({"alerts":[]})";
  const std::string plain = "83fe7cec2e537ea7681aefb86dffe518ae32573f3c1ee21434aba9e024fca0fa",
                    timed = "227d59c622fc74145cfdcf008639bb23bff0d3cc4bdea0f6c0cd8c481fea5feb";
  EXPECT_TRUE(signature_holds(secret, body, "", plain));
  EXPECT_TRUE(signature_holds(secret, body, "1767261900", timed));
  EXPECT_FALSE(signature_holds(secret, body, "1767261901", timed)) << "another time";
  EXPECT_FALSE(signature_holds(secret, body, "", timed)) << "the time may not be left out";
  EXPECT_FALSE(signature_holds(secret, body + " ", "", plain));
  EXPECT_FALSE(signature_holds("another-secret-here", body, "", plain));
  for (const std::string& bad : {std::string(), plain.substr(2), plain + "00", std::string(64, 'g')})
    EXPECT_FALSE(signature_holds(secret, body, "", bad)) << bad;
}

}  // namespace
}  // namespace drover::server
