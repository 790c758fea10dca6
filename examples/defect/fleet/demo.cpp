#include "demo.h"

#include <fmt/format.h>
#include <unistd.h>

#include "fs/file_system.h"
#include "net/http.h"
#include "pid_file.h"
#include "terminal.h"

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;
using std::chrono::seconds;

constexpr const char* kFleetToml =
    "device = \"{}\"\n"
    "server = \"https://127.0.0.1:{}\"\n"
    "poll = \"2s\"\n"
    "report = \"1s\"\n"
    "window = \"3s\"\n"
    "bytes_per_second_max = {}\n";
constexpr const char* kStandaloneToml =
    "repository = \"file://{}\"\n"
    "poll = \"1s\"\n"
    "[[model]]\n"
    "name = \"defect\"\n"
    "channel = \"stable\"\n";

}  // namespace

Demo::Demo(const DemoOptions& options) : options_(options) {}

Status Demo::claim() {
  const PidFile pids(options_.pids());
  for (const ListedProcess& one : pids.living())
    if (one.program == "defect-demo")
      return fail(Code::conflict,
                  fmt::format("another demo (pid {}) is at work in {}", one.pid, out().string()));
  if (const auto stopped = pids.stop(); !stopped.empty())
    fmt::print("Stopped the fleet that an earlier demo kept: {} processes\n", stopped.size());
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::remove_tree(files, out()));
  DROVER_TRY(fs::make_directories(files, out()));
  return pids.add(::getpid(), "defect-demo");
}

Status Demo::set_up() {
  begun_ms_ = now_ms();
  DROVER_TRY(write_policy());
  port_ = DROVER_TRY(free_port());
  DROVER_TRY(
      drover({"init", workspace().string(), "--listen", "127.0.0.1", "--port", std::to_string(port_)}));
  DROVER_TRY(start_server());
  DROVER_TRY(set_up_fleet());
  return set_up_standalone();
}

Status Demo::start_server() {
  server_ = DROVER_TRY(
      Daemon::start({options_.program("drover-server"), "--config", (workspace() / "server.toml").string()},
                    options_.daemon(out() / "server.log")));
  return wait_for("the server's answer", seconds(20), [&](std::string& seen) {
    const auto answer = drover({"device", "list", "--workspace", workspace().string()});
    if (!answer) seen = answer.error().text();
    return answer.has_value();
  });
}

Status Demo::set_up_fleet() {
  for (int i = 1; i <= options_.devices; ++i) {
    const std::string name = fmt::format("line-{}", i);
    // The third one has a slow line, so that an update can be caught in the middle.
    fleet_.push_back(
        std::make_unique<Device>(options_, name, options_.seed * 100 + static_cast<std::uint64_t>(i),
                                 fmt::format(fmt::runtime(kFleetToml), name, port_, i == 3 ? 150'000 : 0)));
    Device& device = *fleet_.back();
    const Json token =
        DROVER_TRY(drover({"device", "token", "--device", name, "--workspace", workspace().string()}));
    DROVER_TRY(device.write_config());
    DROVER_TRY(device.enroll(repository() / "metadata/1.root.json", workspace() / "ca/ca.crt",
                             text(token, "token")));
    DROVER_TRY(device.start_agent());
    DROVER_TRY(device.start_inspector());
  }
  return {};
}

Status Demo::set_up_standalone() {
  standalone_ = std::make_unique<Device>(options_, "standalone", options_.seed * 100,
                                         fmt::format(fmt::runtime(kStandaloneToml), stick().string()));
  DROVER_TRY(standalone_->write_config());
  return standalone_->enroll(repository() / "metadata/1.root.json", {}, {});
}

void Demo::tear_down() {
  trainings_.clear();
  const bool keep = options_.keep && !interrupted();
  for (auto& device : fleet_) keep ? device->release() : device->stop();
  if (standalone_) keep ? standalone_->release() : standalone_->stop();
  keep ? server_.release() : server_.stop();
}

Result<Json> Demo::drover(std::vector<std::string> words) const {
  words.insert(words.begin(), options_.program("drover"));
  words.emplace_back("--json");
  return ask(std::move(words));
}

Status Demo::plug_stick(const stdfs::path& from, const std::function<Status(const stdfs::path&)>& change) {
  const stdfs::path copy = out() / "stick.new";
  std::error_code error;
  stdfs::remove_all(copy, error);
  stdfs::copy(from, copy, stdfs::copy_options::recursive, error);
  if (error) return fail(Code::io_failed, fmt::format("{}: {}", copy.string(), error.message()));
  if (change) DROVER_TRY(change(copy));
  stdfs::remove_all(stick(), error);
  stdfs::rename(copy, stick(), error);
  if (error) return fail(Code::io_failed, fmt::format("{}: {}", stick().string(), error.message()));
  return {};
}

Result<Json> Demo::reported(const Device& device) const {
  const Json answer =
      DROVER_TRY(drover({"device", "show", device.name(), "--workspace", workspace().string()}));
  return answer.value("reported", Json::object()).value("defect", Json());
}

Result<Json> Demo::telemetry(const Device& device) const {
  const Json answer =
      DROVER_TRY(drover({"logs", device.name(), "--count", "1", "--workspace", workspace().string()}));
  const Json rows = answer.value("telemetry", Json::array());
  if (rows.empty()) return fail(Code::not_found, device.name() + " has sent no telemetry yet");
  return rows[0]["entry"].value("models", Json::object()).value("defect", Json());
}

Result<std::uint64_t> Demo::bundles_served() const {
  const auto response = net::make_curl_client({.identity = {.ca_file = (workspace() / "ca/ca.crt").string()}})
                            ->perform({.url = fmt::format("https://127.0.0.1:{}/metrics", port_)});
  if (!response) return fail(response.error());
  constexpr std::string_view kName = "\ndrover_server_repository_targets_total ";
  const std::size_t at = response->body.find(kName);
  if (response->status != 200 || at == std::string::npos)
    return fail(Code::bad_response, "the server's /metrics does not tell what targets it served");
  return std::stoull(response->body.substr(at + kName.size()));
}

Status Demo::assign(const Device& device, const std::string& version) {
  DROVER_TRY(
      drover({"device", "assign", device.name(), "defect@" + version, "--workspace", workspace().string()}));
  return {};
}

Status Demo::await_fleet(const std::string& what, seconds time_max,
                         const std::function<bool(const Json&)>& done) const {
  for (const auto& device : fleet_)
    DROVER_TRY(wait_for(fmt::format("{}: {}", device->name(), what), time_max, [&](std::string& seen) {
      const auto report = reported(*device);
      seen = report ? report->dump() : report.error().text();
      return report && report->is_object() && done(*report);
    }));
  return {};
}

std::vector<stdfs::path> Demo::logs() const {
  std::vector<stdfs::path> all = {out() / "server.log"};
  const auto add = [&all](const Device& device) {
    all.push_back(device.agent_log());
    all.push_back(device.inspector_log());
  };
  for (const auto& device : fleet_) add(*device);
  if (standalone_) add(*standalone_);
  return all;
}

}  // namespace drover::defect
