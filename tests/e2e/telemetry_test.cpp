// What a device saw while its server was away, its agent killed in the midst of it.
#include <gtest/gtest.h>

#include <set>

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

}  // namespace
}  // namespace drover::e2e
