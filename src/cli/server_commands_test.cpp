#include "cli/server_commands_testing.h"

namespace drover::cli {
namespace {

TEST_F(ServerCommands, AnOperatorRunsAFleetFromTheShell) {
  ASSERT_TRUE(made) << made.error().text();
  start_server();
  enrol("cam-1");
  EXPECT_EQ(ask({"device", "label", "cam-1", "site=north"})["labels"]["site"], "north");
  EXPECT_EQ(ask({"device", "assign", "cam-1", "defect@1.0.0", "--force"})["order"], 1);
  EXPECT_EQ(ask({"device", "list", "--label", "site=north"})["devices"][0]["desired"]["defect"]["version"],
            "1.0.0");
  EXPECT_EQ(ask({"shadow", "set", "cam-1", R"({"mode":"night"})"})["version"], 2);
  EXPECT_EQ(ask({"shadow", "get", "cam-1"})["state"]["desired"]["mode"], "night");
  const ProcessResult unnamed =
      run({"shadow", "get", "cam-1", "--name", "zz", "--workspace", workspace.string(), "--server", url});
  EXPECT_EQ(unnamed.exit_code, 1);
  EXPECT_NE(unnamed.err.find("no shadow exists with name: zz [not_found]"), std::string::npos) << unnamed.err;
  EXPECT_TRUE(ask({"logs", "cam-1"})["telemetry"].empty());
  EXPECT_EQ(ask({"device", "revoke", "cam-1"})["revoked"], true);
  const ProcessResult refused =
      run({"device", "assign", "cam-1", "defect@1.0.0", "--workspace", workspace.string(), "--server", url});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("was revoked"), std::string::npos) << refused.err;
  EXPECT_EQ(end_server(SIGTERM), 0) << "SIGTERM ends it in order";
}

TEST_F(ServerCommands, AnAdminGivesOthersTheirTokensAndTakesThemBack) {
  start_server();
  const json made = ask({"token", "create", "--name", "ci", "--role", "viewer", "--expires", "90d"});
  EXPECT_EQ(made["role"], "viewer");
  const std::string file = (workspace / "ci.token").string();
  std::ofstream(file) << made["token"].get<std::string>() << "\n";
  const auto as_ci = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--server", url, "--token-file", file, "--ca", (workspace / "ca/ca.crt").string()});
    return run(std::move(arguments));
  };
  EXPECT_EQ(as_ci({"device", "list"}).exit_code, 0);
  const ProcessResult refused = as_ci({"device", "token"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("\"ci\" is viewer; this needs operator"), std::string::npos) << refused.err;
  const json list = ask({"token", "list"})["operators"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1]["name"], "ci");
  EXPECT_FALSE(list[1]["expires_at"].is_null());
  EXPECT_EQ(ask({"token", "revoke", "--name", "ci"})["revoked"], true);
  EXPECT_EQ(as_ci({"device", "list"}).exit_code, 1);
  EXPECT_EQ(run({"token", "create", "--name", "x", "--role", "king", "--server", url}).exit_code, 2);
}

TEST_F(ServerCommands, AValueThatCannotBeMeantIsWrongUsage) {
  start_server();
  enrol("cam-1");
  const std::vector<std::string> wrong[] = {{"device", "assign", "cam-1", "defect"},
                                            {"device", "assign", "cam-1", "defect@one", "--force"},
                                            {"device", "token", "--expires", "9x"},
                                            {"device", "label", "cam-1", "site"},
                                            {"shadow", "set", "cam-1", "--name", "no blanks", "{}"},
                                            {"token", "create", "--name", "no blanks", "--role", "viewer"}};
  for (std::vector<std::string> arguments : wrong) {
    arguments.insert(arguments.end(), {"--workspace", workspace.string(), "--server", url});
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments[1] << " " << arguments[2] << ": " << result.err;
    EXPECT_NE(result.err.find("[invalid_argument]"), std::string::npos) << result.err;
  }
}

TEST_F(ServerCommands, TheConfigurationFileSaysWhereTheServerIs) {
  start_server();
  const std::string file = (workspace / "drover.toml").string();
  std::ofstream(file) << "server = \"" << url << "\"\ntoken_file = \"operator.token\"\nca = \"ca/ca.crt\"\n";
  EXPECT_EQ(run({"device", "list", "--config", file}).exit_code, 0) << "paths begin at the file";
  EXPECT_EQ(run({"--config", file, "device", "list"}).exit_code, 0);
  const auto elsewhere = [&](std::vector<std::string> arguments, const std::string& server) {
    arguments.insert(arguments.begin(), DROVER_BIN_DIR "/drover");
    return run_process({.argv = std::move(arguments),
                        .environment = {"DROVER_CONFIG=" + file, "DROVER_SERVER=" + server}})
        .value();
  };
  const std::string nobody = "https://127.0.0.1:1";
  EXPECT_EQ(elsewhere({"device", "list"}, nobody).exit_code, 1) << "the environment stands over the file";
  EXPECT_EQ(elsewhere({"device", "list", "--server", url}, nobody).exit_code, 0) << "and a flag over both";
}

TEST_F(ServerCommands, AServerThatIsKilledKeepsWhatItAcknowledged) {
  start_server();
  enrol("cam-1");
  const json before = ask({"shadow", "set", "cam-1", R"({"mode":"night"})"});
  end_server(SIGKILL);
  start_server();
  const json after = ask({"shadow", "get", "cam-1"});
  EXPECT_EQ(after["version"], before["version"]);
  EXPECT_EQ(after["state"]["desired"]["mode"], "night");
}

TEST_F(ServerCommands, SayWhatToDoWhenTheServerDoesNotAnswer) {
  const ProcessResult nobody =
      run({"device", "list", "--workspace", workspace.string(), "--server", "https://127.0.0.1:1"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_NE(nobody.err.find("is drover-server running there"), std::string::npos) << nobody.err;
  const ProcessResult which = run({"device", "list"});
  EXPECT_EQ(which.exit_code, 2);
  EXPECT_NE(which.err.find("Give --workspace DIR"), std::string::npos) << which.err;
}

TEST_F(ServerCommands, AWorkspaceIsMadeOnceAndItsSecretsAreTheOwners) {
  EXPECT_EQ(init_server_files(workspace, {}, system_clock().now()).error().code, Code::already_exists);
  for (const char* secret : {"ca/ca.key", "tls/server.key", "operator.token", "drover.sqlite"})
    EXPECT_EQ(std::filesystem::status(workspace / secret).permissions() & std::filesystem::perms(0077),
              std::filesystem::perms::none)
        << secret;
}

}  // namespace
}  // namespace drover::cli
