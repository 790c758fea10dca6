// Hours without a server, in simulated time, with the agent killed and the power cut in their midst.
#include <gtest/gtest.h>

#include "agent/fake_http.h"
#include "agent/telemetry.h"
#include "agent/telemetry_peer_testing.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using nlohmann::json;
using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;

/// A device that looks every minute, and its server.
class Outage : public testing::TestWithParam<std::uint64_t> {
 protected:
  FakeHttp http_;
  fs::SimFileSystem files_;
  ManualClock clock_{UnixTime(seconds(1'800'000'000))};
  Outside outside_{http_, files_, clock_, [this](std::uint64_t bound) { return random_() % bound; }};
  std::mt19937_64 random_{GetParam()};
  TelemetryPeer peer_;
  bool is_up_ = true;
  int looks_ = 0, requests_ = 0;
  std::size_t entry_bytes_ = 100;
  std::unique_ptr<Telemetry> telemetry_ = boot();

  std::unique_ptr<Telemetry> boot() {
    return std::make_unique<Telemetry>(
        outside_,
        TelemetryOptions{.server = "https://h", .every = minutes(1), .spool = {.directory = "/state/spool"}},
        [this] {
          json entry = {{"look", ++looks_}, {"health", ""}};
          entry["health"] = std::string(entry_bytes_ - entry.dump().size(), 'h');
          return entry;
        },
        [] { return true; });
  }
  void kill() {
    telemetry_.reset();
    files_.kill();
    telemetry_ = boot();
  }
  void cut_power() {
    telemetry_.reset();
    files_.restart(random_());
    telemetry_ = boot();
  }
  /// Takes what is asked; now and then its answer does not arrive.
  void serve() {
    ++requests_;
    if (!is_up_) return http_.end(fail(Code::unreachable, "down"));
    const std::string answered = peer_.take(http_.request().body);
    if (random_() % 10 == 0) return http_.end(fail(Code::timed_out, "the answer was lost"));
    http_.end(answer(200, answered));
  }
  void run(std::chrono::nanoseconds time) {
    const Monotonic end = clock_.monotonic() + time;
    while (clock_.monotonic() < end) {
      telemetry_->pump();
      if (http_.open() > 0) serve();
      const Monotonic due = std::min(telemetry_->due(), end);
      if (due > clock_.monotonic()) clock_.advance(due - clock_.monotonic());
    }
  }
  /// With a request under way that the server has taken and whose answer nobody hears.
  void run_into_a_request() {
    while (http_.open() == 0) {
      telemetry_->pump();
      if (http_.open() == 0) clock_.advance(telemetry_->due() - clock_.monotonic());
    }
    if (is_up_) peer_.take(http_.request().body);
  }
  void expect_every_look_once() {
    EXPECT_EQ(peer_.wrong(), "");
    EXPECT_EQ(peer_.told(), 0u);
    const auto times = peer_.times("look");
    EXPECT_EQ(times.size(), static_cast<std::size_t>(looks_));
    for (const auto& [look, count] : times) EXPECT_EQ(count, 1) << "look " << look;
  }
};

TEST_P(Outage, OfSixHoursWithTheAgentKilledAndThePowerCutLosesNothingAndDoublesNothing) {
  run(hours(18));
  run_into_a_request();
  kill();
  is_up_ = false;
  run(hours(3));
  run_into_a_request();
  kill();
  run(hours(1));
  cut_power();
  run(hours(2));
  EXPECT_LT(peer_.times("look").size(), static_cast<std::size_t>(looks_ - 350));
  is_up_ = true;
  run_into_a_request();
  for (std::size_t i = 0; i < 30; ++i)
    EXPECT_EQ(peer_.newest().at(i)["look"], looks_ - 29 + static_cast<int>(i)) << "the newest come first";
  cut_power();
  run(seconds(10));
  kill();
  run(hours(24));
  expect_every_look_once();
  EXPECT_EQ(telemetry_->spool().status()["waiting"], 0);
  EXPECT_EQ(files_.list("/state/spool")->size(), 1u) << "what is acknowledged leaves the disk";
}

TEST_P(Outage, WithAPowerCutEveryHourEndsWithEverything) {
  is_up_ = false;
  for (int hour = 0; hour < 30; ++hour) {
    run(minutes(59));
    cut_power();
  }
  is_up_ = true;
  run(hours(1));
  expect_every_look_once();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Outage, testing::Range<std::uint64_t>(1, 4));

class Wear : public Outage {};

/// docs/formats/spool.md prints these figures.
TEST_P(Wear, OfADayWithAnEntryOfTwoKilobytesAMinute) {
  entry_bytes_ = 2048;
  run(hours(1));
  const auto before = files_.written();
  const std::size_t syncs = files_.syncs().size();
  run(hours(24));
  const auto after = files_.written();
  const std::uint64_t bytes = after.bytes - before.bytes, pages = after.pages - before.pages;
  RecordProperty("bytes", std::to_string(bytes));
  RecordProperty("page_bytes", std::to_string(pages * 4096));
  RecordProperty("syncs", std::to_string(files_.syncs().size() - syncs));
  EXPECT_NEAR(static_cast<double>(bytes), 3.03e6, 0.01e6);
  EXPECT_NEAR(static_cast<double>(pages) * 4096, 8.9e6, 0.1e6);
  EXPECT_NEAR(static_cast<double>(files_.syncs().size() - syncs), 1440 + 12, 1);
}

INSTANTIATE_TEST_SUITE_P(OneSeed, Wear, testing::Values(1));

}  // namespace
}  // namespace drover::agent
