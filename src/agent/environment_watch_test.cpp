#include "agent/environment_watch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>

namespace drover::agent {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A worker that says what this test lets it say, of a library that this test puts there.
class EnvironmentWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "drover-environment-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
    put_library("one");
    worker_says("2.19.0");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string library() const { return directory_ / "lib.so"; }
  void put_library(std::string_view content) const {
    std::ofstream(directory_ / "lib.new") << content;
    std::filesystem::rename(directory_ / "lib.new", library());
  }
  void worker_says(const std::string& version) const {
    const std::string script = directory_ / "worker";
    std::ofstream(script) << "#!/bin/sh\necho '" << bundle::to_json(about(version)) << "'\n";
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  }
  [[nodiscard]] bundle::AboutReport about(const std::string& version) const {
    return {.engine = "tflite", .version = version, .delegates = {"xnnpack"}, .library = library()};
  }
  EnvironmentWatch watch(const Result<bundle::AboutReport>& engine) {
    bundle::WorkerOptions worker;
    worker.program = directory_ / "worker";
    return {clock_, worker, engine,
            [this](const lifecycle::Environment& environment) { changes_.push_back(environment); }};
  }
  /// As the agent's loop: until nothing is under way.
  void let_a_minute_pass(EnvironmentWatch& watch) {
    clock_.advance(minutes(1));
    watch.pump();
    for (std::vector<int> fds; watch.descriptors(fds), !fds.empty(); fds.clear()) {
      std::vector<pollfd> waits;
      for (const int fd : fds) waits.push_back({.fd = fd, .events = POLLIN, .revents = 0});
      ASSERT_GT(::poll(waits.data(), waits.size(), 10'000), 0);
      watch.pump();
    }
  }

  std::filesystem::path directory_;
  ManualClock clock_{UnixTime(seconds(1'800'000'000))};
  std::vector<lifecycle::Environment> changes_;
};

TEST_F(EnvironmentWatchTest, tells_within_a_minute_of_another_library_and_what_it_is) {
  EnvironmentWatch watch = this->watch(about("2.19.0"));
  EXPECT_EQ(watch.environment().at("engine"), "tflite 2.19.0");
  let_a_minute_pass(watch);
  EXPECT_TRUE(changes_.empty());
  worker_says("2.20.0");
  put_library("another one");
  let_a_minute_pass(watch);
  ASSERT_EQ(changes_.size(), 1u);
  EXPECT_EQ(changes_[0].at("engine"), "tflite 2.20.0");
  let_a_minute_pass(watch);
  EXPECT_EQ(changes_.size(), 1u);
}

TEST_F(EnvironmentWatchTest, sees_a_runtime_come_where_there_was_none) {
  EnvironmentWatch watch = this->watch(fail(Code::runtime_missing, "no library"));
  EXPECT_EQ(watch.environment().at("engine"), "none");
  let_a_minute_pass(watch);
  ASSERT_EQ(changes_.size(), 1u);
  EXPECT_EQ(changes_[0].at("engine"), "tflite 2.19.0");
}

TEST_F(EnvironmentWatchTest, looks_no_more_than_once_a_minute) {
  const EnvironmentWatch watch = this->watch(about("2.19.0"));
  EXPECT_EQ(watch.due(), clock_.monotonic() + minutes(1));
}

}  // namespace
}  // namespace drover::agent
