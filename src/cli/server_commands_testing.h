#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/process.h"
#include "cli/init_server.h"
#include "net/certificates.h"
#include "net/http.h"

namespace drover::cli {

/// For tests: the real drover and drover-server, on a workspace of their own.
class ServerCommands : public testing::Test {
 protected:
  using json = nlohmann::json;

  ServerCommands() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-cli-XXXXXX").string();
    workspace = mkdtemp(pattern.data());
    made = init_server_files(workspace, {}, system_clock().now());
  }
  ~ServerCommands() override {
    end_server(SIGTERM);
    std::filesystem::remove_all(workspace);
  }

  /// Starts the program and takes its address from the line that says it is ready.
  void start_server() {
    int out[2];
    ASSERT_EQ(pipe(out), 0);
    server = fork();
    if (server == 0) {
      dup2(out[1], STDOUT_FILENO);
      close(out[0]);
      const std::string config = (workspace / "server.toml").string();
      execl(DROVER_BIN_DIR "/drover-server", "drover-server", "--config", config.c_str(), "--port", "0",
            "--address", "127.0.0.1", nullptr);
      _exit(127);
    }
    close(out[1]);
    std::string line;
    for (char byte = 0; read(out[0], &byte, 1) == 1 && byte != '\n';) line.push_back(byte);
    close(out[0]);
    ASSERT_TRUE(line.starts_with("drover-server ready on ")) << line;
    url = line.substr(line.rfind(' ') + 1);
  }
  int end_server(int signal) {
    if (server <= 0) return -1;
    int status = 0;
    kill(server, signal);
    waitpid(server, &status, 0);
    server = 0;
    return status;
  }

  static ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), DROVER_BIN_DIR "/drover");
    return run_process({.argv = std::move(arguments)}).value();
  }
  /// The JSON that a verb answers about this workspace's server.
  json ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--workspace", workspace.string(), "--server", url, "--json"});
    const ProcessResult result = run(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }
  void enrol(const std::string& device) const {
    const std::string token = ask({"device", "token"})["token"];
    const auto request = net::make_request(device).value();
    const auto response = net::make_curl_client({.identity = {.ca_file = (workspace / "ca/ca.crt").string()}})
                              ->perform({.method = "POST",
                                         .url = url + "/device/v1/enroll",
                                         .body = json{{"token", token}, {"csr", request.request}}.dump()});
    ASSERT_TRUE(response) << response.error().text();
    ASSERT_EQ(response->status, 200) << response->body;
    std::ofstream(workspace / (device + ".key")) << request.key;
    std::ofstream(workspace / (device + ".crt"))
        << json::parse(response->body)["certificate"].get<std::string>();
  }
  /// As the device that enrolled.
  void send_telemetry(const std::string& device, const json& body) const {
    const net::Identity identity{(workspace / "ca/ca.crt").string(), (workspace / (device + ".crt")).string(),
                                 (workspace / (device + ".key")).string()};
    const auto response =
        net::make_curl_client({.identity = identity})
            ->perform({.method = "POST", .url = url + "/device/v1/telemetry", .body = body.dump()});
    ASSERT_TRUE(response) << response.error().text();
    ASSERT_EQ(response->status, 200) << response->body;
  }

  std::filesystem::path workspace;
  Status made;
  pid_t server = 0;
  std::string url;
};

}  // namespace drover::cli
