// A large bundle over a bad line: what was fetched is not fetched again.
#include <gtest/gtest.h>

#include "base/digest.h"
#include "fleet.h"
#include "relay.h"

namespace drover::e2e {
namespace {

constexpr std::size_t kBallastMb = 100;
constexpr std::uint64_t kBreaks = 10;
constexpr std::uint64_t kBytesPerSecond = 20'000'000;

class OverABadLine : public testing::Test {
 protected:
  Scratch scratch_;
  const int port_ = free_port();
  Workspace workspace_{scratch_.path() / "workspace", port_};
  Server server_{workspace_, port_};

  /// Publishes the bundle. Its length.
  std::uint64_t publish_large_bundle() {
    const Path bundle = workspace_.pack({.version = "1.0.0", .ballast_mb = kBallastMb});
    workspace_.publish_file(bundle);
    std::filesystem::remove_all(bundle.parent_path());
    return std::filesystem::file_size(workspace_.target("1.0.0"));
  }
  /// At uneven places, of which none is the last byte.
  static std::vector<std::uint64_t> places(std::uint64_t length) {
    std::vector<std::uint64_t> places;
    for (std::uint64_t i = 1; i <= kBreaks; ++i) places.push_back(i * length / (kBreaks + 1) + i * 12'345);
    return places;
  }
  void expect_installed(const Device& device) const {
    EXPECT_EQ(text(device.model(), "digest"), sha256(read_file(workspace_.target("1.0.0"))).hex());
    device.expect_sound("1.0.0");
  }
};

TEST_F(OverABadLine, AHundredMegabytesArriveThroughTenDropsAndAKillWithAtMostATwentiethSentTwice) {
  server_.start();
  const std::uint64_t length = publish_large_bundle();
  ASSERT_GT(length, kBallastMb * 990'000);
  Relay relay(port_, places(length), kBytesPerSecond);
  Device device(scratch_.path() / "device", workspace_, server_, "press-7",
                "https://127.0.0.1:" + std::to_string(relay.port()));
  device.start();
  server_.assign("press-7", "1.0.0");

  wait_until("half of it is sent", [&] { return relay.bytes_sent() > length / 2; }, &device.agent());
  device.kill9();
  EXPECT_EQ(device.on_disk().value("state", ""), "downloading");
  device.start();
  device.wait_committed("1.0.0");

  expect_installed(device);
  EXPECT_EQ(relay.broken(), kBreaks);
  const double times = static_cast<double>(relay.bytes_sent()) / static_cast<double>(length);
  RecordProperty("bytes_sent", std::to_string(relay.bytes_sent()));
  EXPECT_GT(times, 1.0);
  EXPECT_LE(times, 1.05) << relay.bytes_sent() << " bytes sent for a bundle of " << length;
}

}  // namespace
}  // namespace drover::e2e
