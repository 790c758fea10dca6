// Exit codes, --config and --log-format of the program itself: what needs no server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/process.h"

namespace drover::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using Words = std::vector<std::string>;

struct UsageTest : testing::Test {
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) /
      (std::string("drover-") + testing::UnitTest::GetInstance()->current_test_info()->name());

  void SetUp() override {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  static ProcessResult drover(Words arguments, Words environment = {}) {
    arguments.insert(arguments.begin(), DROVER_BIN_DIR "/drover");
    return run_process({.argv = std::move(arguments), .environment = std::move(environment)}).value();
  }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(directory / name) << text;
    return (directory / name).string();
  }
  [[nodiscard]] std::string workspace() const {
    std::string made = (directory / "w").string();
    EXPECT_EQ(drover({"init", made, "--repository-only"}).exit_code, 0);
    return made;
  }
};

TEST_F(UsageTest, MisuseIsTwoAndIsNamed) {
  const std::string at = workspace();
  const std::string model = DROVER_SOURCE_DIR "/tests/data/models/kws_int8.tflite";
  const std::pair<Words, const char*> rows[] = {
      {{"model", "list"}, "name a place"},
      {{"device", "list"}, "which server?"},
      {{"key", "rotate", "foo", "--workspace", at}, "no role \"foo\""},
      {{"model", "pack", model, "--name", "K", "--version", "1.0.0", "--golden", "x"}, "--name"},
      {{"model", "pack", model, "--name", "k", "--version", "1", "--golden", "x"}, "--version"},
      {{"model", "pack", model, "--name", "k", "--version", "1.0.0", "--golden", "x", "--requires", "foo=1"},
       "--requires foo=1: foo: unknown"},
      {{"model", "pack", model, "--name", "k", "--version", "1.0.0", "--golden", "x", "--requires",
        "memory_mb=much"},
       "--requires memory_mb=much: memory_mb: a whole number"},
      {{"model", "pack", model, "--name", "k", "--version", "1.0.0", "--golden", "x", "--requires", "arch="},
       "--requires arch=: arch: a value expected"},
  };
  for (const auto& [arguments, words] : rows) {
    const ProcessResult result = drover(arguments);
    EXPECT_EQ(result.exit_code, 2) << words << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_THAT(result.err, HasSubstr("[invalid_argument]"));
  }
}

TEST_F(UsageTest, WhatIsRefusedIsOne) {
  EXPECT_EQ(drover({"model", "list", "--workspace", (directory / "none").string()}).exit_code, 1);
  EXPECT_EQ(drover({"model", "show", "none", "--workspace", workspace()}).exit_code, 1);
}

TEST_F(UsageTest, AConfigurationFileNamesTheWorkspace) {
  const std::string at = workspace();
  const std::string config = write("drover.toml", "workspace = \"w\"\n");
  for (const Words& words :
       {Words{"--config", config, "key", "show"}, Words{"key", "show", "--config", config}})
    EXPECT_EQ(drover(words).exit_code, 0);
  EXPECT_EQ(drover({"key", "show"}, {"DROVER_CONFIG=" + config}).exit_code, 0);
  const std::string none = "DROVER_WORKSPACE=" + (directory / "none").string();
  EXPECT_EQ(drover({"key", "show", "--config", config}, {none}).exit_code, 1)
      << "the environment is above it";
  EXPECT_EQ(drover({"key", "show", "--config", config, "--workspace", at}, {none}).exit_code, 0);
}

TEST_F(UsageTest, AConfigurationFileThatIsWrongSaysWhere) {
  const auto refusal = [&](const std::string& text) {
    const ProcessResult result = drover({"key", "show", "--config", write("drover.toml", text)});
    EXPECT_EQ(result.exit_code, 1);
    return result.err;
  };
  EXPECT_THAT(refusal("workspace = \"w\"\ncolour = 1\n"),
              HasSubstr("drover.toml: line 2, column 10: colour: unknown"));
  EXPECT_THAT(refusal("workspace = 1\n"), HasSubstr("workspace: a string expected"));
  EXPECT_THAT(refusal("workspace = \n"), HasSubstr("drover.toml: line 1, column"));
  const ProcessResult missing = drover({"key", "show", "--config", (directory / "none").string()});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("none: the configuration cannot be read"));
}

TEST_F(UsageTest, ErrorsAreJsonLinesWhereTheLogIs) {
  const auto check = [](const ProcessResult& result) {
    const json line = json::parse(result.err, nullptr, false);
    ASSERT_TRUE(line.is_object()) << result.err;
    EXPECT_EQ(line["level"], "error");
    EXPECT_EQ(line["program"], "drover");
    EXPECT_EQ(line["code"], "invalid_argument");
    EXPECT_THAT(line["message"].get<std::string>(), HasSubstr("name a place"));
  };
  check(drover({"model", "list", "--log-format", "json"}));
  check(drover({"--log-format", "json", "model", "list"}));
  check(drover({"model", "list"}, {"DROVER_LOG_FORMAT=json"}));
  check(drover({"model", "list", "--config", write("drover.toml", "log_format = \"json\"\n")}));
  EXPECT_THAT(drover({"model", "list", "--log-format", "text"}, {"DROVER_LOG_FORMAT=json"}).err,
              testing::StartsWith("drover: name a place"));
  EXPECT_EQ(drover({"model", "list", "--log-format", "xml"}).exit_code, 2);
  EXPECT_EQ(drover({"model", "list"}, {"DROVER_LOG_FORMAT=xml"}).exit_code, 2);
}

}  // namespace
}  // namespace drover::cli
