#include "agent/ring_drain.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <signal.h>
#include <sys/wait.h>

#include "ring/ring_testing.h"
#include "ring/writer.h"

namespace drover::agent {
namespace {

using namespace std::chrono_literals;
using ring::Outcome;

ring::Record record(const Digest& digest, Outcome outcome = Outcome::ok, float confidence = 0.5F) {
  return {.latency_ns = 1'000'000,
          .outcome = outcome,
          .class_index = 0,
          .confidence = confidence,
          .digest = digest.bytes};
}

class RingDrainTest : public testing::Test {
 protected:
  ring::TestDirectory directory;
  ManualClock clock{UnixTime(1'700'000'000s)};
  ModelName defect = *ModelName::parse("defect");
  Digest first = sha256("1"), second = sha256("2");
};

TEST_F(RingDrainTest, CountsWhatEachVersionShowed) {
  RingDrain drain(directory.path(), clock);
  ASSERT_TRUE(drain.follow(defect));
  ring::Writer writer(directory.ring());
  for (int i = 0; i < 3; ++i) writer.record(record(first, Outcome::ok, 0.8F));
  writer.record(record(first, Outcome::ok, -1));
  writer.record(record(first, Outcome::failed, -1));
  writer.record(record(second, Outcome::nan, -1));
  writer.record(record(second, Outcome::timed_out, -1));
  drain.drain();
  const RingDrain::Model& model = drain.model(defect);
  const VersionTally& old = *model.tally.version(first);
  EXPECT_EQ(old.inferences(), 5u);
  EXPECT_EQ(old.errors(), 1u);
  EXPECT_NEAR(*old.confidence_mean(), 0.8, 1e-6);
  EXPECT_EQ(old.latency.count(), 5u);
  const VersionTally& now = *model.tally.version(second);
  EXPECT_EQ(now.nan, 1u);
  EXPECT_EQ(now.timed_out, 1u);
  EXPECT_FALSE(now.confidence_mean());
  EXPECT_EQ(model.tally.last(), second);
  EXPECT_EQ(model.tally.version(sha256("3")), nullptr);
  EXPECT_EQ(model.deaths + model.bad + model.dropped, 0u);
}

TEST_F(RingDrainTest, DrainsWhenItIsTime) {
  RingDrain drain(directory.path(), clock, 500ms);
  ASSERT_TRUE(drain.follow(defect));
  drain.pump();
  ring::Writer writer(directory.ring());
  writer.record(record(first));
  clock.advance(499ms);
  drain.pump();
  EXPECT_EQ(drain.model(defect).tally.version(first), nullptr);
  EXPECT_EQ(drain.due(), clock.monotonic() + 1ms);
  clock.advance(1ms);
  drain.pump();
  EXPECT_NE(drain.model(defect).tally.version(first), nullptr);
}

TEST_F(RingDrainTest, TellsACrashFromAGoodbye) {
  RingDrain drain(directory.path(), clock);
  ASSERT_TRUE(drain.follow(defect));
  for (const bool goodbye : {true, false}) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto* writer = new ring::Writer(directory.ring());
      writer->record(record(first));
      if (goodbye) delete writer;
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    drain.drain();
    EXPECT_EQ(drain.model(defect).deaths, goodbye ? 0u : 1u);
    EXPECT_TRUE(drain.writers(defect).empty());
  }
  EXPECT_EQ(drain.model(defect).tally.version(first)->inferences(), 2u);
}

/// The application had not taken up the new version when it died, though others had.
TEST_F(RingDrainTest, ChargesADeathToTheVersionThatTheProcessHadTakenUp) {
  RingDrain drain(directory.path(), clock);
  ASSERT_TRUE(drain.follow(defect));
  const auto killed_after = [&](auto body) {
    const pid_t child = ::fork();
    if (child == 0) {
      ring::Writer writer(directory.ring());
      body(writer);
      ::raise(SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
  };
  killed_after([&](ring::Writer& writer) { writer.record(record(first)); });
  ring::Writer alive(directory.ring());
  alive.hello(second);
  alive.record(record(second));
  drain.drain();
  const ModelTally& tally = drain.model(defect).tally;
  EXPECT_EQ(tally.version(first)->deaths, 1u);
  EXPECT_EQ(tally.version(second)->deaths, 0u);

  killed_after([&](ring::Writer& writer) {  // while it loads the new version, say
    writer.record(record(first));
    writer.hello(second);
  });
  drain.drain();
  EXPECT_EQ(tally.version(first)->deaths, 1u);
  EXPECT_EQ(tally.version(second)->deaths, 1u);
  EXPECT_EQ(tally.last(), first);

  killed_after([](ring::Writer&) {});  // of no version
  drain.drain();
  EXPECT_EQ(drain.model(defect).deaths, 3u);
  EXPECT_EQ(tally.versions().size(), 2u);
}

TEST_F(RingDrainTest, MakesARingAgainThatSomebodyRemovedOrCut) {
  RingDrain drain(directory.path(), clock);
  ASSERT_TRUE(drain.follow(defect));
  ring::Writer writer(directory.ring());
  std::filesystem::remove(directory.ring());
  drain.drain();
  writer.poll();
  EXPECT_NE(writer.record(record(first)), 0u);
  drain.drain();
  EXPECT_EQ(drain.model(defect).tally.version(first)->inferences(), 1u);
  std::filesystem::resize_file(directory.ring(), 4096);
  drain.drain();
  writer.poll();
  EXPECT_NE(writer.record(record(first)), 0u);
  drain.drain();
  EXPECT_EQ(drain.model(defect).tally.version(first)->inferences(), 2u);
}

TEST_F(RingDrainTest, FollowsTwiceAsOnceAndKnowsNothingOfOthers) {
  RingDrain drain(directory.path(), clock);
  EXPECT_TRUE(drain.follow(defect));
  EXPECT_TRUE(drain.follow(defect));
  EXPECT_TRUE(drain.model(*ModelName::parse("other")).tally.versions().empty());
  EXPECT_FALSE(RingDrain(directory.path() / "none", clock).follow(defect));
}

TEST(ModelTally, KeepsAFewVersionsOnly) {
  ModelTally tally;
  for (int version = 0; version < 100; ++version) {
    ring::Record made = record(sha256(std::to_string(version)));
    made.timestamp_ns = version;
    tally.add(made);
  }
  EXPECT_EQ(tally.versions().size(), ModelTally::kVersionsMax);
  EXPECT_NE(tally.version(sha256("99")), nullptr);
  EXPECT_EQ(tally.version(sha256("0")), nullptr);
}

TEST(ModelTally, TakesALabelForNoInference) {
  ModelTally tally;
  ring::Record label = record(sha256("1"));
  label.kind = ring::Kind::label;
  tally.add(label);
  EXPECT_TRUE(tally.versions().empty());
}

TEST(LatencySummary, AQuantileIsRightWithinAQuarterOctave) {
  EXPECT_TRUE(rc::check([](std::vector<std::uint32_t> latencies) {
    RC_PRE(!latencies.empty());
    LatencySummary summary;
    for (const std::uint32_t latency : latencies) summary.add(std::chrono::nanoseconds(latency));
    std::ranges::sort(latencies);
    for (const double q : {0.5, 0.9, 0.99, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(latencies.size())));
      const double exact = latencies[rank - 1], told = static_cast<double>(summary.quantile(q).count());
      RC_ASSERT(told >= exact);
      RC_ASSERT(told <= exact * 1.25 + 1);  // within an octave the quarters are of equal width
    }
  }));
  EXPECT_EQ(LatencySummary().quantile(0.5).count(), 0);
}

}  // namespace
}  // namespace drover::agent
