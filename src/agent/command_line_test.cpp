#include "agent/command_line.h"

#include <gtest/gtest.h>

#include <fstream>

namespace drover::agent {
namespace {

TEST(CommandLine, FlagsWinOverVariablesAndVariablesOverTheFile) {
  const std::string path = testing::TempDir() + "drover_command_line_test.toml";
  std::ofstream(path) << "poll = \"1h\"\nkeep = 4\ndevice = \"from-file\"\n";
  Arguments arguments{.config_file = path, .flags = {{"poll", "3h"}}};
  const auto config = load_config(arguments, [](const char* name) -> const char* {
    if (std::string_view(name) == "DROVER_POLL") return "2h";
    if (std::string_view(name) == "DROVER_DEVICE") return "from-variable";
    return nullptr;
  });
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->poll, std::chrono::hours(3));
  EXPECT_EQ(config->device->str(), "from-variable");
  EXPECT_EQ(config->keep, 4u);
}

TEST(CommandLine, NamesWhoGaveTheWrongValue) {
  const auto none = [](const char*) -> const char* { return nullptr; };
  EXPECT_NE(load_config({.flags = {{"keep", "x"}}}, none).error().text().find("--keep"), std::string::npos);
  const auto variable = [](const char* name) {
    return std::string_view(name) == "DROVER_KEEP" ? "x" : nullptr;
  };
  EXPECT_NE(load_config({}, variable).error().text().find("DROVER_KEEP"), std::string::npos);
  EXPECT_EQ(load_config({.config_file = "/nonexistent.toml"}, none).error().code, Code::not_found);
}

}  // namespace
}  // namespace drover::agent
