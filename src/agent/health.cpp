#include "agent/health.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

namespace drover::agent {
namespace {

constexpr std::size_t kProcBytesMax = 64 * 1024;

std::string first_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kProcBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// The number at the start of `text`, past blanks; the rest stays in `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<double> hottest_zone_c(const std::filesystem::path& sysfs) {
  std::optional<double> hottest;
  std::error_code error;
  for (const auto& zone : std::filesystem::directory_iterator(sysfs / "class/thermal", error)) {
    if (!zone.path().filename().string().starts_with("thermal_zone")) continue;
    const auto temp = parse_temp_c(first_bytes(zone.path() / "temp"));
    if (temp && (!hottest || *temp > *hottest)) hottest = temp;
  }
  return hottest;
}

std::optional<double> disk_free_mb(const std::filesystem::path& disk) {
  std::error_code error;
  const auto space = std::filesystem::space(disk, error);
  if (error) return std::nullopt;
  return static_cast<double>(space.available) / 1e6;
}

}  // namespace

std::optional<CpuTimes> parse_cpu_times(std::string_view text) {
  if (!text.starts_with("cpu ")) return std::nullopt;
  text = text.substr(4, text.find('\n') - 4);
  CpuTimes times;
  // proc(5): user nice system idle iowait irq softirq steal; guest times stand in user already.
  for (int field = 0; field < 8; ++field) {
    const auto jiffies = take_number<std::uint64_t>(text);
    if (!jiffies) return field < 4 ? std::nullopt : std::optional(times);
    times.total += *jiffies;
    if (field != 3 && field != 4) times.busy += *jiffies;
  }
  return times;
}

std::optional<double> parse_mem_free_mb(std::string_view text) {
  constexpr std::string_view key = "MemAvailable:";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + key.size());
  const auto kib = take_number<std::uint64_t>(text);
  if (!kib) return std::nullopt;
  return static_cast<double>(*kib) * 1024 / 1e6;
}

std::optional<double> parse_uptime_s(std::string_view text) { return take_number<double>(text); }

std::optional<double> parse_temp_c(std::string_view text) {
  const auto thousandths = take_number<std::int64_t>(text);
  if (!thousandths) return std::nullopt;
  return static_cast<double>(*thousandths) / 1000;
}

Health HealthReader::read() {
  Health health;
  health.uptime_s = parse_uptime_s(first_bytes(proc_ / "uptime"));
  health.mem_free_mb = parse_mem_free_mb(first_bytes(proc_ / "meminfo"));
  health.disk_free_mb = disk_free_mb(disk_);
  health.temp_c = hottest_zone_c(sysfs_);
  const auto now = parse_cpu_times(first_bytes(proc_ / "stat"));
  if (now && last_ && now->total > last_->total && now->busy >= last_->busy)
    health.cpu_pct =
        100.0 * static_cast<double>(now->busy - last_->busy) / static_cast<double>(now->total - last_->total);
  last_ = now;
  return health;
}

nlohmann::json to_json(const Health& health) {
  nlohmann::json json = nlohmann::json::object();
  const auto put = [&](const char* key, std::optional<double> value) {
    if (value) json[key] = *value;
  };
  put("uptime_s", health.uptime_s);
  put("cpu_pct", health.cpu_pct);
  put("mem_free_mb", health.mem_free_mb);
  put("disk_free_mb", health.disk_free_mb);
  put("temp_c", health.temp_c);
  return json;
}

}  // namespace drover::agent
