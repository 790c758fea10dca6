#include "agent/health.h"

#include <gtest/gtest.h>

#include <fstream>

#include <nlohmann/json.hpp>

namespace drover::agent {
namespace {

TEST(Health, ReadsWhatTheKernelWrites) {
  const auto times = parse_cpu_times("cpu  100 5 50 800 20 0 10 0 0 0\ncpu0 1 2 3 4\n");
  ASSERT_TRUE(times);
  EXPECT_EQ(times->total, 985u);
  EXPECT_EQ(times->busy, 165u);
  EXPECT_DOUBLE_EQ(*parse_mem_free_mb("MemTotal: 4 kB\nMemAvailable:    1000000 kB\n"), 1024.0);
  EXPECT_DOUBLE_EQ(*parse_uptime_s("12345.67 999.00\n"), 12345.67);
  EXPECT_DOUBLE_EQ(*parse_temp_c("48250\n"), 48.25);
  EXPECT_DOUBLE_EQ(*parse_temp_c("-1500\n"), -1.5);
}

TEST(Health, LeavesOutWhatIsNotThere) {
  EXPECT_FALSE(parse_cpu_times(""));
  EXPECT_FALSE(parse_cpu_times("cpu  1 2\n"));
  EXPECT_FALSE(parse_mem_free_mb("MemTotal: 4 kB\n"));
  EXPECT_FALSE(parse_temp_c(""));
  EXPECT_EQ(to_json(HealthReader("/nonexistent", "/nonexistent", "/nonexistent").read()).dump(), "{}");
}

TEST(Health, TakesTheHottestZoneAndTheLoadSinceTheLastLook) {
  const std::filesystem::path root = testing::TempDir() + "drover_health_test";
  std::filesystem::remove_all(root);
  const auto write = [&](const char* name, const char* text) {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
  };
  write("sys/class/thermal/thermal_zone0/temp", "41000\n");
  write("sys/class/thermal/thermal_zone1/temp", "62500\n");
  write("sys/class/thermal/cooling_device0/temp", "99000\n");
  write("proc/stat", "cpu  100 0 0 100 0 0 0 0\n");
  HealthReader reader(root / "proc", root / "sys", root);
  EXPECT_FALSE(reader.read().cpu_pct);
  write("proc/stat", "cpu  130 0 0 170 0 0 0 0\n");
  const Health health = reader.read();
  EXPECT_DOUBLE_EQ(*health.cpu_pct, 30.0);
  EXPECT_DOUBLE_EQ(*health.temp_c, 62.5);
  EXPECT_GT(*health.disk_free_mb, 0);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace drover::agent
