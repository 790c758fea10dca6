// What every program keeps (--help, --version, --config, --log-format, exit codes): as an installer meets it.
#include <gmock/gmock.h>

#include "programs.h"

namespace drover::e2e {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using Words = std::vector<std::string>;

class Contract : public Programs, public testing::WithParamInterface<const char*> {
 protected:
  static Outcome run(const std::string& program, Words arguments, Words environment = {}) {
    arguments.insert(arguments.begin(), std::string(DROVER_BIN_DIR "/") + program);
    const auto result = run_process({.argv = std::move(arguments),
                                     .environment = std::move(environment),
                                     .time_max = std::chrono::minutes(2)});
    EXPECT_TRUE(result) << result.error().text();
    return {.exit_code = result->exit_code, .out = result->out, .err = result->err, .json = {}};
  }
  /// The one line that the program logged.
  static void expect_logged(const Outcome& ended, const std::string& program, const std::string& words) {
    const json line = json::parse(ended.err, nullptr, false);
    ASSERT_TRUE(line.is_object()) << ended.err;
    EXPECT_EQ(line["level"], "error");
    EXPECT_EQ(line["program"], program);
    EXPECT_THAT(line["message"].get<std::string>(), HasSubstr(words));
    EXPECT_THAT(line["code"].get<std::string>(), testing::Not(testing::IsEmpty()));
  }
};

TEST_P(Contract, ItHasTheOptionsThatAllHave) {
  const Outcome help = run(GetParam(), {"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* option : {"--version", "--config", "--log-format"})
    EXPECT_THAT(help.out, HasSubstr(option));
  EXPECT_EQ(run(GetParam(), {"--version"}).exit_code, 0);
  EXPECT_EQ(run(GetParam(), {"--no-such-option"}).exit_code, 2);
  EXPECT_EQ(run(GetParam(), {"--log-format", "xml"}).exit_code, 2);
}

INSTANTIATE_TEST_SUITE_P(Programs, Contract,
                         testing::Values("drover", "drover-agent", "drover-server", "drover-worker"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST_F(Contract, AnAgentThatCannotStartSaysSoInTheLogsForm) {
  write("agent.toml", "state_dir = \"" + file("state") + "\"\nrun_dir = \"" + file("run") +
                          "\"\nrepository = \"file:///nowhere\"\n[[model]]\nname = \"kws\"\n");
  const Words run_it = {"--config", file("agent.toml"), "run"};
  const Outcome plain = run("drover-agent", run_it);
  EXPECT_EQ(plain.exit_code, 1);
  EXPECT_THAT(plain.err, testing::StartsWith("drover-agent: "));
  const Outcome logged = run("drover-agent", run_it, {"DROVER_LOG_FORMAT=json"});
  EXPECT_EQ(logged.exit_code, 1);
  expect_logged(logged, "drover-agent", "root.json is missing");
}

TEST_F(Contract, AnAgentsWrongOptionIsWrongUsage) {
  write("agent.toml", "state_dir = \"" + file("state") + "\"\n");
  const Outcome wrong = run("drover-agent", {"--config", file("agent.toml"), "--keep", "x", "status"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--keep"));
}

TEST_F(Contract, AServerTakesItsConfigurationAndItsLogsFormFromTheEnvironment) {
  write("server.toml", "colour = 1\n");
  const Outcome named = run("drover-server", {}, {"DROVER_CONFIG=" + file("server.toml")});
  EXPECT_EQ(named.exit_code, 1);
  EXPECT_THAT(named.err, HasSubstr(file("server.toml")));
  EXPECT_THAT(named.err, HasSubstr("colour"));
  const Outcome logged = run("drover-server", {"--config", file("none.toml")}, {"DROVER_LOG_FORMAT=json"});
  EXPECT_EQ(logged.exit_code, 1);
  expect_logged(logged, "drover-server", "none.toml");
  write("server.toml", "");
  EXPECT_EQ(run("drover-server", {"--config", file("server.toml"), "--port", "x"}).exit_code, 2);
}

TEST_F(Contract, AWorkersFileStandsUnderItsFlags) {
  write("worker.toml", "delegate = \"none\"\nthreads = 1\n");
  const std::string model = DROVER_SOURCE_DIR "/tests/data/models/kws_float32.tflite";
  const auto delegate = [&](Words more) {
    more.insert(more.begin(), {"--config", file("worker.toml"), "inspect", model});
    return json::parse(run("drover-worker", more).out, nullptr, false)["engine"]["delegate"];
  };
  EXPECT_EQ(delegate({}), "none");
  EXPECT_EQ(delegate({"--delegate", "xnnpack"}), "xnnpack");
  write("worker.toml", "colour = 1\n");
  EXPECT_EQ(run("drover-worker", {"--config", file("worker.toml"), "about"}).exit_code, 2);
}

}  // namespace
}  // namespace drover::e2e
