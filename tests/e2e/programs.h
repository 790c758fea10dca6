#pragma once

// For end-to-end tests: a directory of the test's own, and the built programs.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/process.h"

namespace drover::e2e {

/// How a program ended; `json` is its stdout when that is a JSON document.
struct Outcome {
  int exit_code = -1;
  std::string out, err;
  nlohmann::json json;
};

class Programs : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "drover-e2e-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string file(const std::string& name) const { return directory_ / name; }
  void write(const std::string& name, std::string_view content) const {
    std::ofstream(file(name), std::ios::binary) << content;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  /// Runs `drover` with these arguments.
  static Outcome drover(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    arguments.insert(arguments.begin(), std::string(DROVER_BIN_DIR "/drover"));
    const auto result = run_process({.argv = std::move(arguments),
                                     .environment = std::move(environment),
                                     .time_max = std::chrono::minutes(4)});  // busy machines are slow
    if (!result) {
      ADD_FAILURE() << result.error().text();
      return {};
    }
    return {.exit_code = result->exit_code,
            .out = result->out,
            .err = result->err,
            .json = nlohmann::json::parse(result->out, nullptr, false)};
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace drover::e2e
