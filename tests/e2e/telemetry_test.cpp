// What a device saw while its server was away, its agent killed in the midst of it.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "fake_app.h"
#include "fleet.h"

namespace drover::e2e {
namespace {

TEST(Telemetry, OfAnOutageArrivesWholeAndOnce) {
  const Scratch scratch;
  const int port = free_port();
  const Workspace workspace(scratch.path() / "workspace", port);
  Server server(workspace, port);
  server.start();
  Device device(scratch.path() / "device", workspace, server, "press-7");
  const auto waiting = [&] {
    return device.ask({"status"}).at("agent").at("spool").at("waiting").get<int>();
  };
  const auto rows = [&] { return server.operate({"logs", "press-7", "--count", "1000"}).at("telemetry"); };
  device.start();
  wait_until("the server has two entries", [&] { return rows().size() >= 2; }, &device.agent());

  server.stop();
  wait_until("entries wait", [&] { return waiting() >= 3; }, &device.agent());
  device.kill9();
  device.start();
  wait_until("more entries wait", [&] { return waiting() >= 6; }, &device.agent());
  server.start();
  wait_until("nothing waits", [&] { return waiting() == 0; }, &device.agent());

  const json arrived = rows();
  ASSERT_GE(arrived.size(), 8u);
  std::set<std::uint64_t> numbers;
  for (const json& row : arrived) {
    EXPECT_EQ(row["epoch"], arrived[0]["epoch"]);
    EXPECT_TRUE(row["entry"]["health"].contains("uptime_s")) << row;
    EXPECT_TRUE(numbers.insert(row["seq"].get<std::uint64_t>()).second) << row["seq"] << " stands twice";
  }
  EXPECT_EQ(*numbers.begin(), 1u);
  EXPECT_EQ(*numbers.rbegin(), numbers.size()) << "one is missing";
}

TEST(Telemetry, WindowsOfAnOutageArriveOnceWithEveryInferenceInThem) {
  const Scratch scratch;
  const int port = free_port();
  Workspace workspace(scratch.path() / "workspace", port);
  Server server(workspace, port);
  server.start();
  Device device(scratch.path() / "device", workspace, server, "press-7", "", "window = \"1s\"");
  device.start();
  workspace.publish({.version = "1.0.0"});
  server.assign("press-7", "1.0.0");
  device.wait_committed("1.0.0");

  FakeApp app(scratch.path() / "device");
  std::uint64_t recorded = 0;
  const auto infer = [&](int times) {
    for (int i = 0; i < times; ++i) {
      app.infer(7, ring::Outcome::ok, 0.9F);
      recorded += 7;
      std::this_thread::sleep_for(std::chrono::milliseconds(150));
    }
  };
  const auto is_quiet = [&] {
    const json watch = device.model().value("watch", json::object());
    return watch.contains("inferences") && watch["inferences"] == 0;
  };
  infer(12);
  server.stop();
  infer(12);
  device.stop();  // in the middle of a window
  infer(3);       // the ring keeps them
  device.start();
  infer(8);
  wait_until("a window without inferences", is_quiet, &device.agent());
  device.kill9();
  device.start();
  infer(5);
  wait_until("a window without inferences", is_quiet, &device.agent());
  server.start();

  const auto windows = [&] { return server.operate({"logs", "press-7", "--count", "1000"}).at("windows"); };
  const auto counted = [&] {
    std::uint64_t sum = 0;
    for (const json& window : windows()) sum += window["inferences"].get<std::uint64_t>();
    return sum;
  };
  wait_until("every inference is there", [&] { return counted() >= recorded; }, &device.agent());
  EXPECT_EQ(counted(), recorded);
  std::set<std::int64_t> begins;
  for (const json& window : windows())
    if (window["inferences"] > 0)
      EXPECT_TRUE(begins.insert(window["begin_ms"].get<std::int64_t>()).second) << "twice: " << window;
}

}  // namespace
}  // namespace drover::e2e
