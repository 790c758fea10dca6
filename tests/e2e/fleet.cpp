#include "fleet.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "npy.h"

namespace drover::e2e {
namespace {

const std::string kModelFile = std::string(DROVER_SOURCE_DIR) + "/tests/data/models/kws_float32.tflite";

}  // namespace

Workspace::Workspace(const Path& directory, std::optional<int> port) : directory_(directory) {
  Words words = {program("drover"), "init", directory.string()};
  if (port)
    words.insert(words.end(),
                 {"--host", "127.0.0.1", "--listen", "127.0.0.1", "--port", std::to_string(*port)});
  else
    words.emplace_back("--repository-only");
  must(words);
}

Path Workspace::pack(const Bundle& bundle) {
  const Path scratch = directory_ / "bundles" / bundle.version;
  const Path file = scratch / "bundle.drover";
  write_file(scratch / "policy.toml", bundle.policy);
  write_file(scratch / "inputs.npy", float_npy({bundle.samples, 49, 10, 1}, 1));
  std::string golden = (scratch / "inputs.npy").string();
  Words words = {program("drover"),
                 "model",
                 "pack",
                 kModelFile,
                 "--name",
                 kModel,
                 "--version",
                 bundle.version,
                 "--policy",
                 (scratch / "policy.toml").string(),
                 "-o",
                 file.string()};
  if (bundle.wrong_golden) {
    write_file(scratch / "outputs.npy", float_npy({bundle.samples, 12}, 2));
    golden += "," + (scratch / "outputs.npy").string();
    words.emplace_back("--no-verify");
  }
  words.insert(words.end(), {"--golden", golden});
  if (bundle.ballast_mb > 0) {
    const std::size_t rows = bundle.ballast_mb * 1'000'000 / (49 * 10 * 4);
    write_file(scratch / "holdout.npy", float_npy({rows, 49, 10, 1}, 3));
    write_file(scratch / "labels.npy", zero_labels_npy(rows));
    words.insert(words.end(),
                 {"--holdout", (scratch / "holdout.npy").string() + "," + (scratch / "labels.npy").string()});
  }
  if (!bundle.requirement.empty()) words.insert(words.end(), {"--requires", bundle.requirement});
  must(words);
  return file;
}

void Workspace::publish(const Bundle& bundle) { publish_file(pack(bundle)); }

void Workspace::publish_file(const Path& file) {
  must({program("drover"), "model", "publish", file.string(), "--channel", "stable", "--workspace",
        directory_.string()});
}

Path Workspace::target(const std::string& version) const {
  for (const auto& entry :
       std::filesystem::directory_iterator(repository() / "targets/models" / kModel / version))
    return entry.path();
  throw std::runtime_error("no bundle of " + version);
}

Server::Server(const Workspace& workspace, int port) : directory_(workspace.directory()), port_(port) {}

void Server::start() {
  process_ = std::make_unique<Process>(
      Words{program("drover-server"), "--config", (directory_ / "server.toml").string()},
      directory_ / "server.log");
  wait_until(
      "the server answers",
      [this] {
        Words words = {program("drover"), "device", "list", "--workspace", directory_.string()};
        return run(words).exit_code == 0;
      },
      process_.get());
}

std::string Server::url() const { return fmt::format("https://127.0.0.1:{}", port_); }

json Server::operate(Words words) const {
  words.insert(words.begin(), program("drover"));
  words.insert(words.end(), {"--workspace", directory_.string()});
  return must_json(words);
}

void Server::assign(const std::string& device, const std::string& version) const {
  operate({"device", "assign", device, std::string(Workspace::kModel) + "@" + version});
}

json Server::reported(const std::string& device) const {
  const json shadow = operate({"shadow", "get", device});
  return shadow.value(json::json_pointer("/state/reported/models/kws"), json::object());
}

void Server::wait_reported(const std::string& device, const std::string& what,
                           const std::function<bool(const json&)>& done) const {
  wait_until(device + " reports " + what, [&] { return done(reported(device)); }, process_.get());
}

Device::Device(const Path& directory, const Workspace& workspace, const Server& server, const std::string& id,
               const std::string& server_url, const std::string& more_config)
    : directory_(directory) {
  write_file(
      directory_ / "agent.toml",
      fmt::format("device = \"{}\"\nserver = \"{}\"\nstate_dir = \"{}\"\nrun_dir = \"{}\"\npoll = \"2s\"\n"
                  "report = \"1s\"\n{}\n",
                  id, server_url.empty() ? server.url() : server_url, (directory_ / "state").string(),
                  (directory_ / "run").string(), more_config));
  const std::string token = server.operate({"device", "token", "--device", id}).at("token");
  must({program("drover-agent"), "enroll", "--config", (directory_ / "agent.toml").string(), "--root",
        workspace.root().string(), "--ca", (workspace.directory() / "ca/ca.crt").string(), "--token", token});
}

Device::Device(const Path& directory, const Workspace& workspace, const std::string& repository_url,
               const std::string& more_config)
    : directory_(directory) {
  const std::string url =
      repository_url.empty() ? "file://" + workspace.repository().string() : repository_url;
  write_file(directory_ / "agent.toml",
             fmt::format("repository = \"{}\"\nstate_dir = \"{}\"\nrun_dir = \"{}\"\npoll = "
                         "\"500ms\"\n{}\n[[model]]\nname = \"{}\"\n",
                         url, (directory_ / "state").string(), (directory_ / "run").string(), more_config,
                         Workspace::kModel));
  must({program("drover-agent"), "enroll", "--config", (directory_ / "agent.toml").string(), "--root",
        workspace.root().string()});
}

void Device::start(const Words& environment) {
  agent_ = std::make_unique<Process>(
      Words{program("drover-agent"), "run", "--config", (directory_ / "agent.toml").string()},
      directory_ / "agent.log", environment);
  wait_running();
}

void Device::wait_running() {
  wait_until(
      "the agent answers",
      [this] {
        const Ended ended = try_ask({"status"});
        return ended.exit_code == 0 && json::parse(ended.out).at("agent").value("running", false);
      },
      agent_.get());
}

Ended Device::try_ask(Words words) const {
  words.insert(words.begin(), program("drover-agent"));
  words.insert(words.end(), {"--config", (directory_ / "agent.toml").string(), "--json"});
  return run(words);
}

json Device::ask(Words words) const {
  const Ended ended = try_ask(words);
  if (ended.exit_code != 0) throw std::runtime_error(words.front() + ": " + ended.out + ended.err);
  return json::parse(ended.out);
}

json Device::model() const { return ask({"status"}).at("models").value(Workspace::kModel, json::object()); }

json Device::on_disk() const {
  const json state = json::parse(read_file(directory_ / "state/state.json"), nullptr, false);
  if (!state.is_object() || !state.contains("models")) return json::object();
  return state["models"].value(Workspace::kModel, json::object());
}

void Device::wait_for(const std::string& what, const std::function<bool(const json&)>& done,
                      std::chrono::seconds limit) {
  wait_until(what, [&] { return done(model()); }, agent_.get(), limit);
}

void Device::wait_committed(const std::string& version) {
  wait_for(version + " is committed", [&](const json& model) {
    return text(model, "state") == "idle" && text(model, "version") == version &&
           model.value("committed", false);
  });
}

void Device::wait_refused(const std::string& code) {
  wait_for("refused with " + code,
           [&](const json& model) { return text(model, "state") == "idle" && error_code(model) == code; });
}

void Device::expect_sound(const std::string& version, bool at_rest) const {
  const Path active = directory_ / "state/models" / Workspace::kModel / "active";
  const json manifest = json::parse(read_file(active / "manifest.json"));
  EXPECT_EQ(manifest.value("version", ""), version);
  for (const auto& [member, entry] : manifest.at("members").items())
    EXPECT_EQ(sha256(read_file(active / member)).hex(), entry.value("sha256", "")) << member;
  if (at_rest)
    EXPECT_TRUE(std::filesystem::is_empty(directory_ / "state/models" / Workspace::kModel / "staging"));
}

}  // namespace drover::e2e
