// The power goes after every operation on the disk while telemetry is kept, sent, acknowledged and dropped.
#include <gtest/gtest.h>

#include "agent/telemetry_peer_testing.h"
#include "agent/telemetry_spool.h"
#include "base/log.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

using nlohmann::json;
constexpr std::uint64_t kSeeds = 8;

struct Story {
  const char* name;
  std::uint64_t bytes_max;
  std::set<int> sent_after;  // requests that are sent after so many entries
};
void PrintTo(const Story& story, std::ostream* out) { *out << story.name; }

/// A device's life with fifteen entries of 2 kB, three a segment.
class Life {
 public:
  Life(const Story& story, fs::SimFileSystem& files) : story_(story), files_(files) {
    EXPECT_TRUE(fs::make_directories(files, "/state"));
  }

  void live(int entries) {
    TelemetrySpool spool(files_, options());
    for (int i = 1; i <= entries && !files_.is_off(); ++i) {
      spool.add({{"n", ++entries_}, {"padding", std::string(2000, 'x')}}, std::nullopt);
      if (!files_.is_off()) durable_.insert(entries_);
      if (story_.sent_after.contains(i) && !files_.is_off()) send(spool);
    }
  }
  void send_all() {
    TelemetrySpool spool(files_, options());
    for (int requests = 0; spool.waits() && requests < 50; ++requests) send(spool);
  }
  /// What is wrong once everything was sent, after `cuts` power cuts.
  std::string look(std::uint64_t cuts) {
    if (!peer_.wrong().empty()) return peer_.wrong();
    const auto times = peer_.times("n");
    for (const auto& [n, count] : times)
      if (count != 1) return fmt::format("entry {} stands {} times", n, count);
    const std::uint64_t missing = this->missing();
    if (missing > 0 && !bound_is_reached()) return fmt::format("{} entries are missing", missing);
    if (!bound_is_reached() && peer_.told() > cuts) return fmt::format("{} told as lost", peer_.told());
    if (peer_.lost() < missing) return fmt::format("{} missing, {} told", missing, peer_.lost());
    if (peer_.lost() > missing + cuts) return fmt::format("{} told, {} missing", peer_.lost(), missing);
    return "";
  }
  /// Entries that were durable and did not arrive.
  [[nodiscard]] std::uint64_t missing() const {
    const auto times = peer_.times("n");
    return static_cast<std::uint64_t>(
        std::ranges::count_if(durable_, [&](int n) { return !times.contains(n); }));
  }
  [[nodiscard]] bool bound_is_reached() const { return story_.bytes_max < 40'000; }

 private:
  SpoolOptions options() const {
    return {.directory = "/state/spool",
            .bytes_max = story_.bytes_max,
            .entry_bytes_max = 4'000,
            .segment_bytes_max = 7'000};
  }
  void send(TelemetrySpool& spool) {
    const std::string answer = peer_.take(spool.batch());
    static_cast<void>(spool.acknowledge(json::parse(answer)));
  }

  const Story& story_;
  fs::SimFileSystem& files_;
  TelemetryPeer peer_;
  std::set<int> durable_;
  int entries_ = 0;
};

class TelemetryPowerCut : public testing::TestWithParam<Story> {
 protected:
  TelemetryPowerCut() { log::start("power_cut", log::Format::text, log::Level::error); }

  /// The first thing wrong when the fault comes after any one operation.
  std::string first_wrong(bool kills) {
    bool was_stopped = true;
    for (std::uint64_t last = 0; was_stopped; ++last)
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        fs::SimFileSystem files;
        Life life(GetParam(), files);
        files.cut_power_after(last);
        life.live(15);
        was_stopped = files.is_off();
        if (kills) {
          files.kill();
          life.live(2);
        }
        files.restart(seed);
        life.live(2);
        files.restart(seed + 1);
        life.send_all();
        if (std::string wrong = life.look(1); !wrong.empty())
          return fmt::format("operation {}, seed {}: {}", last, seed, wrong);
      }
    return "";
  }
};

TEST_P(TelemetryPowerCut, LosesNothingDurableDoublesNothingAndTellsTheRest) {
  EXPECT_EQ(first_wrong(false), "");
}

TEST_P(TelemetryPowerCut, SomeTimeAfterAKillLosesAsLittle) { EXPECT_EQ(first_wrong(true), ""); }

TEST_P(TelemetryPowerCut, IsOfAStoryThatLosesSomethingOnlyWhereItsBoundIsReached) {
  fs::SimFileSystem files;
  Life life(GetParam(), files);
  life.live(15);
  life.send_all();
  EXPECT_EQ(life.missing() > 0, life.bound_is_reached());
  EXPECT_EQ(life.look(0), "");
}

INSTANTIATE_TEST_SUITE_P(Stories, TelemetryPowerCut,
                         testing::Values(Story{"Online", 1 << 20, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
                                         Story{"BackAfterAnOutage", 1 << 20, {2, 11, 12}},
                                         Story{"Offline", 1 << 20, {}}, Story{"BeyondItsBound", 36'000, {2}},
                                         Story{"BackBeyondItsBound", 36'000, {13}}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace drover::agent
