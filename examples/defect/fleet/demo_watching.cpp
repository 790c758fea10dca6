// What the server knows of how the devices do, by the verbs that an operator has.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/clock.h"
#include "demo.h"
#include "field.h"
#include "fs/file_system.h"
#include "terminal.h"

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;

constexpr int kPageWindows = 300;

/// A line of /proc/PID/FILE that begins with `key`, as a number of kB.
double kb_of(pid_t pid, const char* file, std::string_view key) {
  std::ifstream in(fmt::format("/proc/{}/{}", pid, file));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key)) return std::stod(line.substr(key.size()));
  return 0;
}

/// CPU seconds of a process (proc(5): utime and stime of /proc/PID/stat).
double cpu_seconds(pid_t pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string whole((std::istreambuf_iterator<char>(in)), {});
  std::istringstream fields(whole.substr(whole.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<Json> Demo::windows(const Device& device, int count) const {
  const Json answer = DROVER_TRY(drover({"logs", device.name(), "--whole", "--count", std::to_string(count),
                                         "--workspace", workspace().string()}));
  return answer.value("windows", Json::array());
}

Result<Json> Demo::alerts(const Device& device, std::int64_t since_ms) const {
  const Json answer = DROVER_TRY(
      drover({"alerts", "--device", device.name(), "--count", "100", "--workspace", workspace().string()}));
  Json since = Json::array();
  for (const Json& alert : answer.value("alerts", Json::array()))
    if (alert.value("at_ms", std::int64_t{0}) > since_ms) since.push_back(alert);
  return since;
}

Result<Json> Demo::explain(const Json& alert) const {
  const stdfs::path file = out() / "alert.json";
  const Json whole = DROVER_TRY(
      drover({"alerts", std::to_string(alert.value("id", 0)), "--workspace", workspace().string()}));
  DROVER_TRY(fs::write_atomically(fs::real_file_system(), file, as_bytes(whole.dump(1))));
  Json explained = DROVER_TRY(drover({"drift", "explain", file.string()}));
  explained["causes"] = whole.value("verdict", Json::object()).value("causes", Json::array());
  return explained;
}

Result<Json> Demo::await_retraining() {
  const stdfs::path given = out() / "retraining/evidence.json";
  DROVER_TRY(
      wait_for("the retraining that the alert asks for", std::chrono::seconds(30), [&](std::string& seen) {
        seen = "no " + given.string();
        return stdfs::exists(given);
      }));
  const Bytes bytes = DROVER_TRY(fs::read_file(fs::real_file_system(), given, std::uint64_t{4} << 20));
  const Json alert = Json::parse(as_text(bytes), nullptr, false);
  if (!alert.is_object()) return fail(Code::bad_json, given.string() + " is no JSON");
  return Json{{"rule", alert["rule"]}, {"why", alert["why"]}, {"version", alert["version"]}};
}

std::vector<PageDevice> Demo::page_devices() const {
  std::vector<PageDevice> all;
  for (std::size_t i = 0; i < fleet_.size(); ++i) {
    PageDevice device{
        .name = fleet_[i]->name(), .about = "Nothing happens to its camera.", .windows = {}, .marks = {}};
    if (const auto rows = windows(*fleet_[i], kPageWindows)) device.windows = page_windows(*rows, begun_ms_);
    if (const auto rows = alerts(*fleet_[i], begun_ms_)) device.marks = page_marks(*rows, begun_ms_);
    for (const CameraFault& fault : kCameraFaults) {
      if (fault.device != i || cameras_changed_ms_ == 0) continue;
      device.about = fmt::format("In the middle {}.", fault.what);
      device.marks.insert(device.marks.begin(),
                          {.at_s = static_cast<double>(cameras_changed_ms_ - begun_ms_) / 1000,
                           .what = fault.what,
                           .is_bad = false});
    }
    all.push_back(std::move(device));
  }
  return all;
}

Json Demo::agents_cost() const {
  Json all = Json::object();
  for (const auto& device : fleet_) {
    const pid_t pid = device->agent_pid();
    const double up_s = static_cast<double>(now_ms() - begun_ms_) / 1000;
    all[device->name()] = {{"private_mb", kb_of(pid, "smaps_rollup", "Private_Dirty:") / 1024},
                           {"cpu_pct_since_start", 100 * cpu_seconds(pid) / std::max(up_s, 1.0)}};
  }
  return all;
}

void Demo::note_confidence() {
  for (const auto& device : fleet_)
    if (const auto found = windows(*device, 1); found && !found->empty())
      confidence_before_[device->name()] = found->at(0).value("confidence_rolling", Json());
}

Json Demo::confidence_before(const Device& device) const {
  const auto found = confidence_before_.find(device.name());
  return found == confidence_before_.end() ? Json() : found->second;
}

}  // namespace drover::defect
