#include "agent/device_properties.h"

#include <sys/utsname.h>

#include <charconv>
#include <fstream>
#include <iterator>

#include "base/log.h"

namespace drover::agent {
namespace {

std::string machine() {
  utsname name{};
  return ::uname(&name) == 0 ? name.machine : "";
}

std::string meminfo() {
  std::ifstream file("/proc/meminfo");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void take_engine(const Result<bundle::AboutReport>& engine, lifecycle::DeviceProperties& device) {
  if (!engine) {
    log::warn("the worker names no model runtime", {{"why", engine.error().text()}});
    return;
  }
  device.runtime = engine->engine;
  if (const auto version = Version::parse(engine->version)) device.runtime_version = *version;
  device.delegates.insert(engine->delegates.begin(), engine->delegates.end());
}

}  // namespace

std::uint64_t parse_mem_total_mb(std::string_view text) {
  constexpr std::string_view key = "MemTotal:";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + key.size());
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
  std::uint64_t kib = 0;
  std::from_chars(text.data(), text.data() + text.size(), kib);
  return kib / 1024;
}

lifecycle::DeviceProperties device_properties(const Result<bundle::AboutReport>& engine,
                                              const std::map<std::string, std::string>& labels) {
  lifecycle::DeviceProperties device;
  device.arch = machine();
  device.memory_mb = parse_mem_total_mb(meminfo());
  device.labels = labels;
  take_engine(engine, device);
  return device;
}

}  // namespace drover::agent
