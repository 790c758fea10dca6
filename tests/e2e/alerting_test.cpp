// The loop that closes outside: an agent's /metrics → Prometheus → Alertmanager → the server's hook → the
// model is taken back. Both real, on free loopback ports, with the files of packaging/prometheus: only their
// hosts and times are others.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "fake_app.h"
#include "fleet.h"

namespace drover::e2e {
namespace {

constexpr const char *kPrometheus = "/usr/bin/prometheus",
                     *kAlertmanager = "/usr/bin/prometheus-alertmanager";

std::string packaged(const std::string& name) {
  return read_file(Path(DROVER_SOURCE_DIR) / "packaging/prometheus" / name);
}

/// Every `from` made `to`; throws where there is none, so that the packaged file is what was thought.
std::string with(std::string text, const std::string& from, const std::string& to) {
  if (text.find(from) == std::string::npos) throw std::runtime_error("not in the packaged file: " + from);
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

class Alerting : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {kPrometheus, kAlertmanager})
      if (::access(program, X_OK) != 0)
        GTEST_SKIP() << program << " is not installed (Debian packages prometheus, prometheus-alertmanager)";
    write_file(workspace_.directory() / "server.toml",
               read_file(workspace_.directory() / "server.toml") + "\n[hooks]\nact = \"kws=rollback\"\n");
    server_.start();
    device_ = std::make_unique<Device>(
        scratch_.path() / "device", workspace_, server_, "press-7", "",
        fmt::format("metrics_address = \"127.0.0.1:{}\"\nwindow = \"1s\"", metrics_port_));
    device_->start();
    for (const char* version : {"1.0.0", "1.1.0"}) {
      workspace_.publish({.version = version});
      server_.assign("press-7", version);
      device_->wait_committed(version);
    }
    server_.wait_reported("press-7", "1.1.0 and what was before", [](const json& reported) {
      return text(reported, "version") == "1.1.0" && text(reported, "previous") == "1.0.0" &&
             text(reported, "state") == "idle";
    });
  }

  void start_alertmanager() {
    const std::string workspace = workspace_.directory().string();
    const std::string token =
        server_.operate({"token", "create", "--name", "alertmanager", "--role", "operator"}).at("token");
    write_file(directory_ / "operator.token", token);
    std::string config = packaged("alertmanager.yml");
    config = with(config, "https://fleet.example:8443", server_.url());
    config = with(config, "/etc/prometheus/drover-operator.token", (directory_ / "operator.token").string());
    config = with(config, "/etc/prometheus/drover-ca.crt", workspace + "/ca/ca.crt");
    config = with(config, "group_wait: 5s", "group_wait: 1s");
    write_file(directory_ / "alertmanager.yml", config);
    alertmanager_ = std::make_unique<Process>(
        Words{kAlertmanager, "--config.file", directory_ / "alertmanager.yml", "--storage.path",
              directory_ / "alertmanager", "--web.listen-address",
              fmt::format("127.0.0.1:{}", alertmanager_port_), "--cluster.listen-address="},
        directory_ / "alertmanager.log");
  }

  void start_prometheus() {
    std::string rules = packaged("drover.rules.yml");
    rules = with(rules, "interval: 15s", "interval: 1s");
    rules = with(rules, "[1m]", "[5s]");
    rules = with(rules, "for: 5m", "for: 3s");
    write_file(directory_ / "drover.rules.yml", rules);
    write_file(
        directory_ / "prometheus.yml",
        fmt::format("global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n"
                    "rule_files: [drover.rules.yml]\n"
                    "alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{}']}}]}}]}}\n"
                    "scrape_configs: [{{job_name: drover-agent, static_configs: "
                    "[{{targets: ['127.0.0.1:{}']}}]}}]\n",
                    alertmanager_port_, metrics_port_));
    prometheus_ = std::make_unique<Process>(
        Words{kPrometheus, "--config.file", directory_ / "prometheus.yml", "--storage.tsdb.path",
              directory_ / "tsdb", "--web.listen-address", fmt::format("127.0.0.1:{}", free_port())},
        directory_ / "prometheus.log");
  }

  json desired() const {
    const json shadow = server_.operate({"shadow", "get", "press-7"});
    return shadow.value(json::json_pointer("/state/desired/models/kws"), json::object());
  }

  Scratch scratch_;
  const Path directory_ = scratch_.path() / "monitoring";
  const int port_ = free_port(), metrics_port_ = free_port(), alertmanager_port_ = free_port();
  Workspace workspace_{scratch_.path() / "workspace", port_};
  Server server_{workspace_, port_};
  std::unique_ptr<Device> device_;
  std::unique_ptr<Process> alertmanager_, prometheus_;
};

TEST_F(Alerting, LowConfidenceOnADeviceTakesItsModelBackThroughPrometheusAndAlertmanager) {
  FakeApp app(device_->directory());
  app.adopt();
  start_alertmanager();
  start_prometheus();
  const json before = desired();
  wait_until(
      "the alert has reached the server",
      [&] {
        app.infer(20, ring::Outcome::ok, 0.5F);
        return text(desired(), "version") == "1.0.0";
      },
      prometheus_.get(), std::chrono::seconds(90));
  EXPECT_EQ(desired()["order"], before["order"].get<int>() + 1) << "once";
  device_->wait_committed("1.0.0");
  server_.wait_reported("press-7", "1.0.0", [](const json& reported) {
    return text(reported, "version") == "1.0.0" && text(reported, "state") == "idle";
  });
}

}  // namespace
}  // namespace drover::e2e
