#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "net/http.h"

namespace drover::sink {

/// For tests: a real time-series database on free loopback ports, in a directory of its own, ended by its
/// pid.
class TestDatabase {
 public:
  enum class Kind : std::uint8_t { influxdb, victoria_metrics };

  static const char* program(Kind kind) {
    return kind == Kind::influxdb ? "/usr/bin/influxd" : "/usr/bin/victoria-metrics";
  }
  static bool is_installed(Kind kind) { return ::access(program(kind), X_OK) == 0; }

  explicit TestDatabase(Kind kind) : kind_(kind) {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-tsdb-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    start();
  }
  ~TestDatabase() {
    kill9();
    std::filesystem::remove_all(directory_);
  }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  void start() {
    const std::vector<std::string> argv = kind_ == Kind::influxdb ? influxdb() : victoria_metrics();
    pid_ = ::fork();
    if (pid_ == 0) run(argv);
    for (int i = 0; i < 3000 && ask(kind_ == Kind::influxdb ? "/ping" : "/health").first == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  void kill9() { end(SIGKILL); }
  /// VictoriaMetrics answers before what it took is on its disk: a power cut costs it seconds, a stop
  /// nothing.
  void stop() { end(SIGTERM); }
  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

  /// Status (0: none) and body.
  std::pair<int, std::string> ask(const std::string& path, const std::string& method = "GET") const {
    const auto answer = net::make_curl_client({})->perform({.method = method, .url = url() + path});
    return answer ? std::pair(answer->status, answer->body) : std::pair(0, answer.error().text());
  }
  /// InfluxQL; %-encoded by the caller where need be.
  nlohmann::json query(const std::string& influx_ql, const std::string& method = "GET") const {
    const auto answer = ask("/query?db=drover&q=" + influx_ql, method);
    return nlohmann::json::parse(answer.second, nullptr, false);
  }

 private:
  void end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  static int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }
  std::vector<std::string> influxdb() {
    if (port_ == 0) port_ = free_port();
    const std::string config = directory_ / "influxdb.conf";
    std::ofstream(config) << fmt::format(
        "reporting-disabled = true\nbind-address = \"127.0.0.1:{1}\"\n[meta]\ndir = \"{0}/meta\"\n"
        "[data]\ndir = \"{0}/data\"\nwal-dir = \"{0}/wal\"\nwal-fsync-delay = \"0s\"\n"
        "[http]\nbind-address = \"127.0.0.1:{2}\"\nlog-enabled = false\n[monitor]\nstore-enabled = false\n",
        directory_.string(), free_port(), port_);
    return {program(kind_), "-config", config};
  }
  std::vector<std::string> victoria_metrics() {
    if (port_ == 0) port_ = free_port();
    return {program(kind_),
            "-storageDataPath",
            directory_ / "data",
            "-httpListenAddr",
            fmt::format("127.0.0.1:{}", port_),
            "-memory.allowedBytes=64MB",
            "-search.latencyOffset=0s",
            "-retentionPeriod=100y"};
  }
  [[noreturn]] void run(std::vector<std::string> argv) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int log = ::open((directory_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(log, 1);
    ::dup2(log, 2);
    std::vector<char*> words;
    for (std::string& word : argv) words.push_back(word.data());
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
  }

  Kind kind_;
  std::filesystem::path directory_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace drover::sink
