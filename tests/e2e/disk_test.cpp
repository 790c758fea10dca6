// A disk that fills, at each place where an update needs it.
#include <gtest/gtest.h>

#include "fleet.h"
#include "repository_peer.h"
#include "small_disk.h"

namespace drover::e2e {
namespace {

constexpr std::size_t kBallastMb = 10;
constexpr std::uint64_t kMegabyte = 1'000'000;
// A failed update's next round comes within a minute; sanitizers and busy machines take their time.
constexpr std::chrono::seconds kNextRound{150};

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.refused().empty()) GTEST_SKIP() << disk_.refused();
    device_ = std::make_unique<Device>(scratch_.path() / "device", workspace_, peer_.url(),
                                       "bytes_per_second_max = 5000000");
    workspace_.publish({.version = "1.0.0"});
    device_->start();
    device_->wait_committed("1.0.0");
  }
  void publish(const std::string& version) {
    workspace_.publish({.version = version, .ballast_mb = kBallastMb});
  }
  /// Until so many bytes of a download are there.
  void wait_downloaded(std::uint64_t bytes) {
    device_->wait_for("the download goes on", [&](const json& model) {
      return model.value("downloaded_bytes", std::uint64_t{0}) > bytes;
    });
  }
  void expect_refused_without_a_trace() {
    device_->wait_refused("disk_full");
    EXPECT_EQ(device_->ask({"history"})["models"]["kws"].back()["result"], "disk_full");
    EXPECT_EQ(device_->model()["version"], "1.0.0");
    device_->expect_sound("1.0.0");
  }

  Scratch scratch_;
  SmallDisk disk_{scratch_.path() / "device" / "state"};
  Workspace workspace_{scratch_.path() / "workspace"};
  RepositoryPeer peer_{workspace_.repository()};
  std::unique_ptr<Device> device_;
};

TEST_F(FullDisk, EndsInAReportedStateWithStagingEmptyAndTheVersionInstallsWhenThereIsSpace) {
  // Before the download: not a byte is fetched.
  disk_.fill(2 * kBallastMb * kMegabyte);
  publish("1.1.0");
  expect_refused_without_a_trace();
  EXPECT_NE(device_->model()["error"].value("message", "").find("bytes free"), std::string::npos);
  disk_.free();

  // During the download.
  publish("1.2.0");
  wait_downloaded(kMegabyte);
  disk_.fill(0);
  expect_refused_without_a_trace();
  disk_.free();

  // The download has its space, the unpacking not.
  publish("1.3.0");
  wait_downloaded(kBallastMb * kMegabyte / 2);
  disk_.fill(kBallastMb * kMegabyte * 3 / 4);
  expect_refused_without_a_trace();

  disk_.free();
  device_->wait_for(
      "1.3.0 is installed", [](const json& model) { return text(model, "version") == "1.3.0"; }, kNextRound);
  device_->wait_committed("1.3.0");
  device_->expect_sound("1.3.0");
}

}  // namespace
}  // namespace drover::e2e
