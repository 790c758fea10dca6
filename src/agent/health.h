#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace drover::agent {

/// How the device itself is; what the machine does not tell is left out.
struct Health {
  std::optional<double> uptime_s;
  std::optional<double> cpu_pct;  // of all cores, since the last look
  std::optional<double> mem_free_mb, disk_free_mb;
  std::optional<double> temp_c;  // the hottest thermal zone
};

/// Jiffies since boot, from the first line of /proc/stat.
struct CpuTimes {
  std::uint64_t busy = 0, total = 0;
};
std::optional<CpuTimes> parse_cpu_times(std::string_view proc_stat);
/// MemAvailable of /proc/meminfo, in MB (10^6 bytes).
std::optional<double> parse_mem_free_mb(std::string_view proc_meminfo);
std::optional<double> parse_uptime_s(std::string_view proc_uptime);
/// thermal_zone*/temp holds thousandths of a degree.
std::optional<double> parse_temp_c(std::string_view temp);

/// Looks at the machine again and again; keeps the CPU's times of the last look.
class HealthReader {
 public:
  HealthReader(std::filesystem::path proc, std::filesystem::path sysfs, std::filesystem::path disk)
      : proc_(std::move(proc)), sysfs_(std::move(sysfs)), disk_(std::move(disk)) {}
  Health read();

 private:
  std::filesystem::path proc_, sysfs_, disk_;
  std::optional<CpuTimes> last_;
};

nlohmann::json to_json(const Health& health);

}  // namespace drover::agent
