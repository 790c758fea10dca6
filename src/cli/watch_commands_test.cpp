#include <gmock/gmock.h>

#include "bundle/sample_bundle.h"
#include "cli/server_commands_testing.h"
#include "monitor/testing.h"
#include "monitor/window_json.h"

namespace drover::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Two devices that run a published version, one of them in another light, and what it decided.
class WatchCommands : public ServerCommands {
 protected:
  void SetUp() override {
    ASSERT_TRUE(made);
    const std::string bundle = publish();
    start_server();
    for (const char* device : {"cam-1", "cam-2"}) enrol(device);
    send_telemetry("cam-1", entry_of({{"windows", {window(bundle, 1, 100)}}}));
    send_telemetry("cam-2", entry_of({{"windows", {window(bundle, 2, 120)}}, {"alerts", {alert(bundle)}}}));
  }

  /// Its digest.
  std::string publish() {
    bundle::Members members = bundle::sample_members();
    members["baseline.json"] = bundle::bytes_of(drift::to_json(*monitor::testing::baseline()));
    const Bytes bytes = bundle::sample_bundle(bundle::sample_manifest(), members);
    const std::string path = (workspace / "defect-1.2.0.drover").string();
    std::ofstream(path, std::ios::binary) << as_text(bytes);
    EXPECT_EQ(run({"init", workspace.string(), "--repository-only"}).exit_code, 0);
    const ProcessResult published = run({"model", "publish", path, "--workspace", workspace.string()});
    EXPECT_EQ(published.exit_code, 0) << published.err;
    return sha256(bytes).hex();
  }
  static json entry_of(json entry) {
    entry["seq"] = 1;
    return {{"epoch", "e"}, {"entries", {entry}}};
  }
  [[nodiscard]] json window(const std::string& bundle, std::uint64_t seed, double light) const {
    const monitor::Window counted =
        monitor::testing::window_of(monitor::testing::inferences(1000, seed, light), now_ms - 60'000, now_ms);
    return {{"model", "defect"},
            {"version", "1.2.0"},
            {"digest", bundle},
            {"window", monitor::to_json(counted, monitor::testing::scheme())},
            {"confidence_rolling", 0.912}};
  }
  [[nodiscard]] json alert(const std::string& bundle) const {
    return {{"model", "defect"},
            {"version", "1.2.0"},
            {"digest", bundle},
            {"rule", "inputs/light"},
            {"kind", "detector"},
            {"change", "fired"},
            {"at_ms", now_ms},
            {"outcome", "held: nothing better is kept"},
            {"why", "light moved\x1b[31m up"},
            {"verdict", {{"schema", 1}}}};
  }
  [[nodiscard]] ProcessResult say(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--workspace", workspace.string(), "--server", url});
    return run(std::move(arguments));
  }

  std::int64_t now_ms = std::chrono::milliseconds(system_clock().now().time_since_epoch()).count();
};

TEST_F(WatchCommands, ShowWhatDevicesCountedAndDecidedAndWhichOfThemDrifted) {
  const std::string logs = say({"logs", "cam-1"}).out;
  EXPECT_THAT(logs, HasSubstr("defect 1.2.0"));
  EXPECT_THAT(logs, HasSubstr("n  1000  failed 0  confidence 0."));
  EXPECT_THAT(logs, HasSubstr("(last 100: 0.912)  p50 3"));
  EXPECT_EQ(ask({"logs", "cam-1"})["windows"][0]["inferences"], 1000);
  EXPECT_TRUE(ask({"logs", "cam-1", "--model", "ocr"})["windows"].empty());

  const std::string firing = say({"alerts", "--firing"}).out;
  EXPECT_THAT(firing, HasSubstr("cam-2"));
  EXPECT_THAT(firing, HasSubstr("inputs/light fired: light moved?[31m up → held: nothing better is kept"))
      << "what a device says cannot paint the terminal";
  const json alerts = ask({"alerts", "--device", "cam-2", "--model", "defect"})["alerts"];
  EXPECT_EQ(alerts[0]["verdict"]["schema"], 1);
  EXPECT_EQ(ask({"alerts", std::to_string(alerts[0]["id"].get<int>())})["verdict"]["schema"], 1);
  EXPECT_THAT(say({"alerts", "--firing", "--device", "cam-1"}).out, HasSubstr("nothing fires"));

  const std::string fleet = say({"drift", "fleet", "--model", "defect"}).out;
  EXPECT_THAT(fleet, HasSubstr("defect 1.2.0: 2 windows, 2000 inferences, errors 0.00 %"));
  EXPECT_THAT(fleet, HasSubstr("devices: 2, of which 1 drifted from the baseline"));
  EXPECT_THAT(fleet, HasSubstr("; drifted: light; unlike the rest: light\n"));
  const std::string of_healthy = fleet.substr(fleet.find("same     cam-1"));
  EXPECT_THAT(of_healthy, Not(HasSubstr("unlike"))) << "to differ from one that drifted is no news";
  EXPECT_EQ(ask({"drift", "fleet", "--model", "defect"})["versions"][0]["deviating"], json{"cam-2"});

  const std::string healthy = say({"drift", "device", "cam-1"}).out;
  EXPECT_THAT(healthy, HasSubstr("same     light"));
  EXPECT_THAT(healthy, Not(HasSubstr("drifted ")));
  EXPECT_EQ(ask({"drift", "device", "cam-2", "--since", "2h"})["versions"][0]["drifted"], json{"light"});
  EXPECT_THAT(say({"drift", "device", "cam-1", "--version", "9.9.9"}).out, HasSubstr("no windows since 1h"));
}

TEST_F(WatchCommands, SayWhichValueCannotBeMeant) {
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"drift", "fleet", "--model", "UPPER"}, "[invalid_argument]"},
      {{"drift", "device", "cam-1", "--since", "soon"}, "since: \"soon\" is neither how long ago"},
      {{"alerts", "--count", "101"}, "count: must be 1 to 100"},
      {{"logs", "cam-1", "--since", "soon"}, "since: "},
      {{"drift", "fleet"}, "--model is required"},
  };
  for (const auto& [arguments, words] : rows) {
    const ProcessResult result = say(arguments);
    EXPECT_EQ(result.exit_code, 2) << words << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(words));
  }
  EXPECT_EQ(say({"drift", "device", "none"}).exit_code, 1);
  EXPECT_EQ(say({"alerts", "99"}).exit_code, 1);
}

}  // namespace
}  // namespace drover::cli
