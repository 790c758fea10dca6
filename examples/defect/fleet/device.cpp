#include "device.h"

#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "fs/file_system.h"
#include "terminal.h"

namespace drover::defect {

namespace stdfs = std::filesystem;

Device::Device(const DemoOptions& options, std::string name, std::uint64_t camera_seed, std::string toml)
    : options_(options),
      name_(std::move(name)),
      toml_(std::move(toml)),
      camera_seed_(camera_seed),
      directory_(stdfs::absolute(options.out / "devices" / name_)) {}

Status Device::write_config() {
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::make_directories(files, directory_ / "run"));
  const std::string text =
      fmt::format("state_dir = \"{0}/state\"\nrun_dir = \"{0}/run\"\n{1}", directory_.string(), toml_);
  return fs::write_atomically(files, directory_ / "agent.toml", as_bytes(text));
}

std::vector<std::string> Device::agent(std::vector<std::string> words) const {
  words.insert(words.begin(),
               {options_.program("drover-agent"), "--config", (directory_ / "agent.toml").string()});
  return words;
}

Status Device::enroll(const stdfs::path& root, const stdfs::path& ca, const std::string& token) {
  std::vector<std::string> words = {"enroll", "--json", "--root", root.string()};
  if (!token.empty()) words.insert(words.end(), {"--ca", ca.string(), "--token", token});
  DROVER_TRY(ask(agent(std::move(words))).in(name_));
  return {};
}

Status Device::start_agent() {
  agent_ = DROVER_TRY(Daemon::start(agent({"run"}), options_.daemon(agent_log())));
  return {};
}

Status Device::start_inspector() {
  std::vector<std::string> argv = {options_.program("defect-inspector"),
                                   "--state-dir",
                                   (directory_ / "state").string(),
                                   "--run-dir",
                                   (directory_ / "run").string(),
                                   "--rate",
                                   "50",
                                   "--seed",
                                   std::to_string(camera_seed_),
                                   "--fault-file",
                                   (directory_ / "fault").string(),
                                   "--label-delay",
                                   "2",
                                   "--stats",
                                   (directory_ / "inspector.jsonl").string()};
  inspector_ = DROVER_TRY(Daemon::start(std::move(argv), options_.daemon(inspector_log())));
  return {};
}

Status Device::set_fault(const std::string& fault) const {
  return fs::write_atomically(fs::real_file_system(), directory_ / "fault", as_bytes(fault + "\n"));
}

void Device::stop() {
  inspector_.stop();
  agent_.stop();
}

void Device::release() {
  inspector_.release();
  agent_.release();
}

Result<Json> Device::status() const { return ask(agent({"status", "--json"})).in(name_); }

Result<Json> Device::model() const {
  const Json answer = DROVER_TRY(status());
  const Json models = answer.value("models", Json::object());
  return models.contains("defect") ? models["defect"] : Json();
}

Result<Json> Device::history() const {
  const Json answer = DROVER_TRY(ask(agent({"history", "--json"})).in(name_));
  return answer.value("models", Json::object()).value("defect", Json::array());
}

Json Device::counts() const {
  std::ifstream file(directory_ / "inspector.jsonl");
  Json last;
  for (std::string line; std::getline(file, line);)
    if (Json one = Json::parse(line, nullptr, false); one.is_object()) last = std::move(one);
  return last;
}

std::vector<std::string> Device::on_disk(const char* directory) const {
  const auto names = fs::real_file_system().list(directory_ / "state/models/defect" / directory);
  return names.value_or(std::vector<std::string>());
}

std::uint64_t Device::staged_bytes() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry :
       stdfs::recursive_directory_iterator(directory_ / "state/models/defect/staging", error))
    if (entry.is_regular_file(error)) bytes += entry.file_size(error);
  return bytes;
}

Status wait_for(const std::string& what, std::chrono::seconds time_max,
                const std::function<bool(std::string& seen)>& done) {
  const auto deadline = std::chrono::steady_clock::now() + time_max;
  std::string seen;
  while (!done(seen)) {
    if (interrupted()) return fail(Code::timed_out, "interrupted while waiting for: " + what);
    if (std::chrono::steady_clock::now() > deadline)
      return fail(Code::timed_out, fmt::format("waited {} s for: {}. Seen last: {}", time_max.count(), what,
                                               seen.empty() ? "nothing" : seen));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return {};
}

}  // namespace drover::defect
