// A repository's server that does what it should not: every fault ends in a reported state, never in a loop.
#include <gtest/gtest.h>

#include "fleet.h"
#include "repository_peer.h"

namespace drover::e2e {
namespace {

constexpr int kTriesMax = 3;
constexpr int kPollsWatched = 5;
constexpr std::chrono::milliseconds kPollsTakeAtLeast{1500};  // they are 450 ms apart or more

struct Row {
  const char* name;
  Fault fault;
  const char* bundle_code;    // when it befalls a bundle
  int tries;                  // of the bundle
  const char* metadata_code;  // when it befalls timestamp.json
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row kRows[] = {
    {"silent", Fault::silent, "timed_out", kTriesMax, "timed_out"},
    {"trickle", Fault::trickle, "timed_out", kTriesMax, "timed_out"},
    {"wrong_bytes", Fault::wrong_bytes, "bad_digest", 1, "bad_metadata"},
    {"endless", Fault::endless, "bad_length", 1, "too_large"},
    {"not_found", Fault::not_found, "not_found", 1, "not_found"},
    {"server_error", Fault::server_error, "bad_response", kTriesMax, "bad_response"},
    {"redirects", Fault::redirects, "bad_response", 1, "bad_response"},
    {"garbage", Fault::garbage, "bad_response", kTriesMax, "bad_response"},
};

class AServerThatIs : public testing::TestWithParam<Row> {
 protected:
  Scratch scratch_;
  Workspace workspace_{scratch_.path() / "workspace"};
  RepositoryPeer peer_{workspace_.repository()};
  Device device_{scratch_.path() / "device", workspace_, peer_.url(),
                 "stall_timeout = \"500ms\"\ndownload_tries_max = " + std::to_string(kTriesMax)};

  [[nodiscard]] std::string trouble() const { return error_code(device_.ask({"status"}).at("agent")); }
  /// Until the agent has asked for the timestamp so many times more.
  void watch_polls(int polls) {
    const int until = peer_.requests("timestamp.json") + polls;
    wait_until(
        "the agent polls on", [&] { return peer_.requests("timestamp.json") >= until; }, &device_.agent());
  }
  void expect_runs(const std::string& version) {
    const json model = device_.model();
    EXPECT_EQ(text(model, "version"), version);
    EXPECT_EQ(text(model, "state"), "idle");
    device_.expect_sound(version);
  }
};

TEST_P(AServerThatIs, EndsInAReportedStateAndNotInALoop) {
  workspace_.publish({.version = "1.0.0"});
  device_.start();
  device_.wait_committed("1.0.0");

  // The bundle.
  peer_.misbehave("targets/models/kws/1.1.0/", GetParam().fault);
  workspace_.publish({.version = "1.1.0"});
  device_.wait_refused(GetParam().bundle_code);
  watch_polls(kPollsWatched);
  EXPECT_EQ(peer_.requests("models/kws/1.1.0/"), GetParam().tries) << "asked for again and again";
  expect_runs("1.0.0");
  EXPECT_EQ(device_.ask({"history"})["models"]["kws"].back()["result"], GetParam().bundle_code);

  // The metadata.
  peer_.misbehave("timestamp.json", GetParam().fault);
  wait_until("the trouble is told", [&] { return trouble() == GetParam().metadata_code; }, &device_.agent());
  if (GetParam().fault != Fault::trickle) {  // each of its polls ends after half a minute
    const auto from = std::chrono::steady_clock::now();
    watch_polls(kPollsWatched);
    EXPECT_GE(std::chrono::steady_clock::now() - from, kPollsTakeAtLeast) << "asked without a pause";
  }
  expect_runs("1.0.0");

  // And well again.
  peer_.misbehave("", Fault::none);
  workspace_.publish({.version = "1.2.0"});
  device_.wait_committed("1.2.0");
  EXPECT_EQ(trouble(), "");
}

INSTANTIATE_TEST_SUITE_P(Table, AServerThatIs, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(AServerAndABadRepository, ReachesTheShadow) {
  Scratch scratch;
  const int port = free_port();
  Workspace workspace(scratch.path() / "workspace", port);
  Server server(workspace, port);
  server.start();
  RepositoryPeer peer(workspace.repository());
  Device device(scratch.path() / "device", workspace, server, "press-7", "",
                "repository = \"" + peer.url() + "\"\nstall_timeout = \"500ms\"\ndownload_tries_max = 2");
  for (const char* version : {"1.0.0", "1.1.0"}) workspace.publish({.version = version});
  server.assign("press-7", "1.0.0");
  device.start();
  device.wait_committed("1.0.0");

  peer.misbehave("models/kws/1.1.0/", Fault::silent);
  server.assign("press-7", "1.1.0");
  server.wait_reported("press-7", "the bundle's trouble", [](const json& reported) {
    return text(reported, "state") == "idle" && text(reported, "version") == "1.0.0" &&
           error_code(reported) == "timed_out";
  });
  EXPECT_EQ(peer.requests("models/kws/1.1.0/"), 2);

  peer.misbehave("timestamp.json", Fault::garbage);
  const json::json_pointer code("/state/reported/agent/error/code");
  wait_until(
      "the repository's trouble is in the shadow",
      [&] { return server.operate({"shadow", "get", "press-7"}).value(code, "") == "bad_response"; },
      &device.agent());
  device.expect_sound("1.0.0");
}

}  // namespace
}  // namespace drover::e2e
