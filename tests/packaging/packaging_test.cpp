// The files for Grafana, Prometheus and Alertmanager: well-formed, of the documented shape, and of one mind.
#include <gtest/gtest.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/process.h"

namespace drover {
namespace {

using nlohmann::json;

const std::filesystem::path kPackaging = std::filesystem::path(DROVER_SOURCE_DIR) / "packaging";

YAML::Node load(const std::string& file) { return YAML::LoadFile(kPackaging / file); }
std::string text(const YAML::Node& node) { return node ? node.as<std::string>() : "(missing)"; }

std::string read(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::set<std::string> keys_of(const YAML::Node& map) {
  std::set<std::string> keys;
  for (const auto& entry : map) keys.insert(entry.first.as<std::string>());
  return keys;
}

TEST(GrafanaFiles, TheAlertRuleIsMeanConfidenceBelowThreeQuartersForFiveMinutes) {
  const YAML::Node file = load("grafana/provisioning/alerting/rules.yml");
  EXPECT_EQ(text(file["apiVersion"]), "1");
  const YAML::Node group = file["groups"][0];
  EXPECT_EQ(keys_of(group), (std::set<std::string>{"orgId", "name", "folder", "interval", "rules"}));
  EXPECT_EQ(text(group["interval"]), "60s");
  const YAML::Node rule = group["rules"][0];
  EXPECT_EQ(keys_of(rule), (std::set<std::string>{"uid", "title", "condition", "for", "noDataState",
                                                  "execErrState", "labels", "annotations", "data"}));
  EXPECT_EQ(text(rule["for"]), "5m");
  EXPECT_EQ(text(rule["noDataState"]), "NoData");
  EXPECT_EQ(text(rule["execErrState"]), "Error");
  EXPECT_EQ(text(rule["condition"]), "C");
}

TEST(GrafanaFiles, ItsThreeStepsLeadFromTheQueryToTheThreshold) {
  const YAML::Node data = load("grafana/provisioning/alerting/rules.yml")["groups"][0]["rules"][0]["data"];
  ASSERT_EQ(data.size(), 3u);
  for (std::size_t i = 0; i < data.size(); ++i) {
    EXPECT_EQ(text(data[i]["refId"]), std::string(1, static_cast<char>('A' + i)));
    EXPECT_EQ(text(data[i]["model"]["refId"]), text(data[i]["refId"]));
    EXPECT_EQ(text(data[i]["relativeTimeRange"]["from"]), "300");
    EXPECT_EQ(text(data[i]["relativeTimeRange"]["to"]), "0");
    EXPECT_EQ(text(data[i]["datasourceUid"]), i == 0 ? "drover-influxdb" : "__expr__");
  }
  EXPECT_EQ(text(data[1]["model"]["type"]), "reduce");
  EXPECT_EQ(text(data[1]["model"]["expression"]), "A");
  EXPECT_EQ(text(data[1]["model"]["reducer"]), "mean");
  EXPECT_EQ(text(data[2]["model"]["type"]), "threshold");
  EXPECT_EQ(text(data[2]["model"]["expression"]), "B");
  const YAML::Node evaluator = data[2]["model"]["conditions"][0]["evaluator"];
  EXPECT_EQ(text(evaluator["type"]), "lt");
  EXPECT_EQ(text(evaluator["params"][0]), "0.75");
  const std::string query = text(data[0]["model"]["query"]);
  for (const char* tag : {"\"device\"", "\"model\"", "\"version\"", "\"confidence_mean\"", "\"inference\""})
    EXPECT_NE(query.find(tag), std::string::npos) << "the hook acts by these labels: " << query;
}

TEST(GrafanaFiles, TheAlertReachesTheHook) {
  const YAML::Node point = load("grafana/provisioning/alerting/contact-points.yml")["contactPoints"][0];
  const YAML::Node receiver = point["receivers"][0], settings = receiver["settings"];
  EXPECT_EQ(text(receiver["type"]), "webhook");
  EXPECT_TRUE(text(settings["url"]).ends_with("/hooks/grafana"));
  EXPECT_EQ(text(settings["httpMethod"]), "POST");
  EXPECT_EQ(text(settings["authorization_scheme"]), "Bearer");
  EXPECT_EQ(text(settings["maxAlerts"]), "0");
  EXPECT_EQ(keys_of(settings["hmacConfig"]), (std::set<std::string>{"secret", "timestampHeader"}));
  const YAML::Node route = load("grafana/provisioning/alerting/policies.yml")["policies"][0]["routes"][0];
  EXPECT_EQ(text(route["receiver"]), text(point["name"]));
  const YAML::Node matcher = route["object_matchers"][0];
  const YAML::Node rule = load("grafana/provisioning/alerting/rules.yml")["groups"][0]["rules"][0];
  EXPECT_EQ(text(matcher[1]), "=");
  EXPECT_EQ(text(rule["labels"][text(matcher[0])]), text(matcher[2]))
      << "the policy matches the rule's label";
}

TEST(GrafanaFiles, TheDashboardAsksSourcesThatAreProvisioned) {
  std::set<std::string> sources;
  for (const auto& source : load("grafana/provisioning/datasources/drover.yml")["datasources"])
    sources.insert(text(source["uid"]));
  const json board = json::parse(read(kPackaging / "grafana/drover-fleet.json"));
  const YAML::Node rule = load("grafana/provisioning/alerting/rules.yml")["groups"][0]["rules"][0];
  EXPECT_EQ(text(rule["annotations"]["__dashboardUid__"]), board.at("uid").get<std::string>());
  std::set<int> ids;
  for (const json& panel : board.at("panels")) {
    EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second);
    EXPECT_TRUE(sources.contains(panel.at("datasource").at("uid"))) << panel.at("title");
    for (const json& target : panel.at("targets"))
      EXPECT_NE(target.at("query").get<std::string>().find("$timeFilter"), std::string::npos);
  }
  EXPECT_TRUE(ids.contains(rule["annotations"]["__panelId__"].as<int>()));
  EXPECT_TRUE(sources.contains(text(rule["data"][0]["datasourceUid"])));
}

TEST(PrometheusFiles, WhatActsNamesADeviceAndGoesToTheHook) {
  const YAML::Node config = load("prometheus/alertmanager.yml");
  const YAML::Node route = config["route"]["routes"][0];
  EXPECT_EQ(text(route["matchers"][0]), "drover=\"act\"");
  EXPECT_EQ(text(route["matchers"][1]), "device!=\"\"");
  const YAML::Node hook = config["receivers"][1]["webhook_configs"][0];
  EXPECT_EQ(text(config["receivers"][1]["name"]), text(route["receiver"]));
  EXPECT_TRUE(text(hook["url"]).ends_with("/hooks/alertmanager"));
  const YAML::Node rule = load("prometheus/drover.rules.yml")["groups"][0]["rules"][0];
  EXPECT_EQ(text(rule["for"]), "5m");
  EXPECT_EQ(text(rule["labels"]["drover"]), "act");
  EXPECT_NE(text(rule["expr"]).find("[1m]"), std::string::npos);
  EXPECT_TRUE(text(rule["expr"]).ends_with("< 0.75"));
}

/// Every family that a rule names is one that docs/formats/metrics.md has.
TEST(PrometheusFiles, RulesAskForFamiliesThatThereAre) {
  const std::string known = read(std::filesystem::path(DROVER_SOURCE_DIR) / "docs/formats/metrics.md");
  for (const auto& rule : load("prometheus/drover.rules.yml")["groups"][0]["rules"]) {
    const std::string expression = text(rule["expr"]);
    for (std::size_t at = 0; (at = expression.find("drover_", at)) != std::string::npos;) {
      const std::size_t end = expression.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at);
      const std::string family = expression.substr(at, end - at);
      EXPECT_NE(known.find("`" + family + "`"), std::string::npos) << family;
      at = end == std::string::npos ? expression.size() : end;
    }
  }
}

TEST(PrometheusFiles, TheirOwnToolsFindNothingWrong) {
  const std::string directory = kPackaging / "prometheus/";
  const std::vector<std::vector<std::string>> checks = {
      {"/usr/bin/promtool", "check", "rules", directory + "drover.rules.yml"},
      {"/usr/bin/promtool", "check", "config", "--syntax-only", directory + "prometheus.yml"},
      {"/usr/bin/amtool", "check-config", directory + "alertmanager.yml"}};
  for (const auto& argv : checks) {
    if (::access(argv[0].c_str(), X_OK) != 0)
      GTEST_SKIP() << argv[0] << " is not installed (Debian packages prometheus, prometheus-alertmanager)";
    const auto checked = run_process({.argv = argv});
    ASSERT_TRUE(checked) << checked.error().text();
    EXPECT_EQ(checked->exit_code, 0) << checked->out << checked->err;
  }
}

}  // namespace
}  // namespace drover
