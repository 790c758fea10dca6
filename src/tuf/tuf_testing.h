#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "base/process.h"
#include "net/server.h"
#include "trust/forge.h"

/// For tests: the real program, and a web server that gives it files from memory.
namespace drover::tuf {

using Files = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

/// Serves /metadata/ and /targets/, whose files a test may change between two runs of the program.
class RepositoryServer {
 public:
  Files metadata, targets;  // by name, decoded

  RepositoryServer() {
    auto started = net::start_server({.listeners = {{}}},
                                     {.answer = [this](const auto& request) { return answer(request); }});
    EXPECT_TRUE(started) << started.error().text();
    server_ = std::move(*started);
  }
  [[nodiscard]] std::string url(const std::string& below) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/" + below;
  }
  /// The files asked for since the last call, in order.
  Words requests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
  }

 private:
  net::Answer answer(const net::Request& request) {
    const std::lock_guard lock(mutex_);
    const std::size_t slash = request.path.find('/', 1);
    const std::string name = request.path.substr(std::min(slash + 1, request.path.size()));
    const bool is_target = request.path.starts_with("/targets/");
    requests_.push_back(is_target ? "targets/" + name : name);
    const Files& files = is_target ? targets : metadata;
    const auto found = files.find(name);
    if (found == files.end()) return net::Response{.status = 404};
    return net::Response{.body = found->second};
  }

  std::mutex mutex_;
  Words requests_;
  std::unique_ptr<net::Server> server_;  // last: it stops before what it answers from goes
};

class Tuf : public testing::Test {
 protected:
  Tuf() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-tuf-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~Tuf() override { std::filesystem::remove_all(directory_); }

  /// The program's exit code; what it said is in `said`.
  int run(Words arguments, std::string_view now = "2026-06-01T00:00:00Z") {
    arguments.insert(arguments.begin(), DROVER_BIN_DIR "/drover-tuf");
    const std::string seconds = std::to_string(trust::test_time(now).time_since_epoch().count());
    const auto ended =
        run_process({.argv = std::move(arguments), .environment = {"DROVER_FAKE_TIME=" + seconds}});
    EXPECT_TRUE(ended) << ended.error().text();
    said = ended->out + ended->err;
    return ended->exit_code;
  }
  int init(const std::string& root) {
    std::ofstream(file("given.json"), std::ios::binary) << root;
    return run({"--metadata-dir", file("trust"), "init", file("given.json")});
  }
  int refresh(std::string_view now = "2026-06-01T00:00:00Z") {
    return run({"--metadata-url", server.url("metadata"), "--metadata-dir", file("trust"), "refresh"}, now);
  }
  int download(const Words& targets) {
    Words arguments = {"--metadata-url", server.url("metadata/"), "--metadata-dir", file("trust")};
    for (const std::string& target : targets) arguments.insert(arguments.end(), {"--target-name", target});
    arguments.insert(arguments.end(),
                     {"--target-dir", file("out"), "--target-base-url", server.url("targets/"), "download"});
    return run(std::move(arguments));
  }

  [[nodiscard]] std::string file(const std::string& name) const { return directory_ / name; }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  /// The names in a directory, sorted.
  [[nodiscard]] Words list(const std::string& name) const {
    Words names;
    if (std::filesystem::exists(file(name)))
      for (const auto& entry : std::filesystem::directory_iterator(file(name)))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  RepositoryServer server;
  std::string said;

 private:
  std::filesystem::path directory_;
};

}  // namespace drover::tuf
