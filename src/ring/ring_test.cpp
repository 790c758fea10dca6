// One process: what goes in comes out, in order, and what does not fit is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>

#include <cstring>
#include <deque>
#include <fstream>
#include <limits>
#include <random>
#include <set>
#include <thread>

#include "ring/owner.h"
#include "ring/reader.h"
#include "ring/ring_testing.h"
#include "ring/writer.h"

namespace drover::ring {
namespace {

Record numbered(std::int32_t number) {
  return {
      .latency_ns = 1000, .feature_count = 2, .class_index = number, .confidence = 0.5F, .features = {1, 2}};
}

struct Got {
  Drained drained;
  std::vector<Record> records;
};
Got drain(Reader& reader) {
  Got got;
  got.drained = reader.drain([&](const Record& record) { got.records.push_back(record); });
  return got;
}

TEST(Ring, WhatIsRecordedIsDrainedInOrderWithIdAndTime) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  Writer writer(here.ring());
  const std::uint64_t first = writer.record(numbered(0));
  const std::uint64_t second = writer.record(numbered(1));
  ASSERT_NE(first, 0u);
  const Got got = drain(reader);
  ASSERT_EQ(got.records.size(), 2u);
  EXPECT_EQ(got.records[0].id, first);
  EXPECT_EQ(got.records[1].id, second);
  EXPECT_EQ(got.records[1].class_index, 1);
  EXPECT_EQ(got.records[1].features[1], 2.0F);
  EXPECT_GT(got.records[0].timestamp_ns, 1'600'000'000'000'000'000);
  EXPECT_LE(got.records[0].timestamp_ns, got.records[1].timestamp_ns);
  EXPECT_EQ(got.drained.dropped + got.drained.bad + got.drained.deaths.size(), 0u);
}

TEST(Ring, ALabelNamesTheInferenceAndItsTruthAndComesWhenItComes) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  Writer writer(here.ring());
  const std::uint64_t first = writer.record(numbered(0)), second = writer.record(numbered(1));
  EXPECT_EQ(drain(reader).records.size(), 2u);
  EXPECT_TRUE(writer.label(second, 7));  // out of order
  EXPECT_TRUE(writer.label(first, 0));
  EXPECT_EQ(writer.record(numbered(2)), second + 1) << "a label takes no id";
  const Got got = drain(reader);
  ASSERT_EQ(got.records.size(), 3u);
  EXPECT_EQ(got.drained.bad, 0u);
  const Record& label = got.records[0];
  EXPECT_EQ(label.kind, Kind::label);
  EXPECT_EQ(label.id, second);
  EXPECT_EQ(label.class_index, 7);
  EXPECT_GT(label.timestamp_ns, 1'600'000'000'000'000'000);
  EXPECT_EQ(label.feature_count, 0);
  EXPECT_EQ(label.confidence, -1.0F);
  EXPECT_EQ(got.records[1].id, first);
  EXPECT_EQ(writer.counts().recorded, 3u);
  EXPECT_EQ(writer.counts().labelled, 2u);
}

TEST(Ring, ALabelThatFindsNoRoomIsDroppedAndCounted) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 1, .records = 2});
  Reader reader(mapping);
  Writer writer(here.ring());
  const std::uint64_t id = writer.record(numbered(0));
  EXPECT_TRUE(writer.label(id, 0));
  EXPECT_FALSE(writer.label(id, 0));
  EXPECT_EQ(drain(reader).drained.dropped, 1u);
  EXPECT_EQ(writer.counts().labelled, 1u);
  EXPECT_EQ(writer.counts().dropped, 1u);
}

TEST(Ring, AFullLaneDropsAndCountsAndHasRoomAgainAfterADrain) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 2, .records = 8});
  Reader reader(mapping);
  Writer writer(here.ring());
  for (int i = 0; i < 11; ++i) EXPECT_EQ(writer.record(numbered(i)) != 0, i < 8) << i;
  Got got = drain(reader);
  EXPECT_EQ(got.records.size(), 8u);
  EXPECT_EQ(got.drained.dropped, 3u);
  EXPECT_NE(writer.record(numbered(11)), 0u);
  got = drain(reader);
  EXPECT_EQ(got.records.front().class_index, 11);
  EXPECT_EQ(got.drained.dropped, 0u);
  EXPECT_EQ(writer.counts().recorded, 9u);
  EXPECT_EQ(writer.counts().dropped, 3u);
}

TEST(Ring, AnApplicationThatStartsFirstDropsAndTheAgentLearnsHowMany) {
  const TestDirectory here;
  Writer writer(here.ring());
  EXPECT_FALSE(writer.attached());
  EXPECT_EQ(writer.record(numbered(0)), 0u);
  EXPECT_EQ(writer.record(numbered(1)), 0u);
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  EXPECT_EQ(writer.record(numbered(2)), 0u) << "only poll may look for the file";
  writer.poll();
  EXPECT_NE(writer.record(numbered(3)), 0u);
  const Got got = drain(reader);
  ASSERT_EQ(got.records.size(), 1u);
  EXPECT_EQ(got.records[0].class_index, 3);
  EXPECT_EQ(got.drained.dropped, 3u);
}

TEST(Ring, AnotherLayoutIsLeftAloneByTheApplicationAndReplacedByTheAgent) {
  const TestDirectory here;
  {
    Mapping old = *Mapping::create(here.ring());
    old.region().header().layout_version = kLayoutVersion + 1;
  }
  EXPECT_EQ(Mapping::attach(here.ring()).error().code, Code::bad_record);
  Writer writer(here.ring());
  EXPECT_EQ(writer.record(numbered(0)), 0u);
  Mapping mapping = *Mapping::create(here.ring());
  writer.poll();
  EXPECT_NE(writer.record(numbered(1)), 0u);
}

TEST(Ring, AWriterFollowsTheAgentToANewFile) {
  const TestDirectory here;
  std::optional<Mapping> old = *Mapping::create(here.ring());
  Writer writer(here.ring());
  EXPECT_NE(writer.record(numbered(0)), 0u);
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 4, .records = 64});
  EXPECT_EQ(writer.record(numbered(1)), 0u) << "the old file is nobody's any more";
  writer.poll();
  EXPECT_NE(writer.record(numbered(2)), 0u);
  Reader reader(mapping);
  const Got got = drain(reader);
  ASSERT_EQ(got.records.size(), 1u);
  EXPECT_EQ(got.records[0].class_index, 2);
  EXPECT_EQ(got.drained.dropped, 1u);
}

TEST(Ring, AnAgentThatComesBackGoesOnWhereTheLastOneStopped) {
  const TestDirectory here;
  std::optional<Mapping> agent = *Mapping::create(here.ring());
  Writer writer(here.ring());
  writer.record(numbered(0));
  {
    Reader reader(*agent);
    EXPECT_EQ(drain(reader).records.size(), 1u);
  }
  writer.record(numbered(1));
  agent.reset();
  writer.record(numbered(2));
  agent = *Mapping::create(here.ring());
  Reader reader(*agent);
  const Got got = drain(reader);
  ASSERT_EQ(got.records.size(), 2u);
  EXPECT_EQ(got.records[0].class_index, 1);
}

TEST(Ring, AWriterSaysWhichVersionItRunsAndFreesItsLaneWhenItGoes) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  {
    Writer writer(here.ring());
    writer.hello(sha256("new"));
    ASSERT_EQ(reader.writers().size(), 1u);
    EXPECT_EQ(reader.writers()[0].digest, sha256("new"));
    EXPECT_EQ(reader.writers()[0].pid, static_cast<std::uint32_t>(::getpid()));
    writer.record(numbered(7));
  }
  EXPECT_TRUE(reader.writers().empty());
  const Got got = drain(reader);
  EXPECT_EQ(got.records.size(), 1u) << "what it wrote before it went is kept";
  EXPECT_EQ(got.drained.deaths.size(), 0u);
}

/// The digest that the only lane in use shows.
std::string shown(const Reader& reader) { return reader.writers().at(0).digest.hex(); }

TEST(Ring, AWriterThatNeverSaysItsVersionIsTakenToBeAtThatOfItsLastInference) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  Writer writer(here.ring());
  Record record = numbered(0);
  EXPECT_EQ(shown(reader), Digest{}.hex());
  for (const char* version : {"old", "new", "new", "old"}) {
    record.digest = sha256(version).bytes;
    writer.record(record);
    EXPECT_EQ(shown(reader), sha256(version).hex());
  }
  writer.label(1, 0);
  writer.poll();
  EXPECT_EQ(shown(reader), sha256("old").hex()) << "a label is of no version";
}

TEST(Ring, WhatAWriterSaysHoldsWhateverItsRecordsAreOf) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  Writer writer(here.ring());
  Record record = numbered(0);
  record.digest = sha256("old").bytes;
  writer.record(record);
  writer.hello(sha256("new"));
  writer.record(record);
  EXPECT_EQ(shown(reader), sha256("new").hex());
}

TEST(Ring, ADeathIsToldWithTheVersionThatWasTakenUpAndTheNextWriterInheritsNothing) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 1, .records = 8});
  Reader mistaken(mapping.region(), [](std::uint64_t) { return false; });
  Writer first(here.ring());
  first.hello(sha256("new"));
  EXPECT_THAT(drain(mistaken).drained.deaths, testing::ElementsAre(sha256("new")));
  Writer second(here.ring());
  EXPECT_THAT(drain(mistaken).drained.deaths, testing::ElementsAre(Digest{}));
}

TEST(Ring, MoreWritersThanLanesDropUntilALaneIsFree) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 1, .records = 8});
  Reader reader(mapping);
  std::optional<Writer> first(std::in_place, here.ring());
  Writer second(here.ring());
  EXPECT_NE(first->record(numbered(0)), 0u);
  EXPECT_EQ(second.record(numbered(1)), 0u);
  first.reset();
  second.poll();
  EXPECT_NE(second.record(numbered(2)), 0u);
  EXPECT_EQ(drain(reader).drained.dropped, 1u);
}

TEST(Ring, AWriterWhoseLaneWasGivenAwayTakesAnother) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Writer writer(here.ring());
  writer.record(numbered(0));
  Reader mistaken(mapping.region(), [](std::uint64_t) { return false; });
  EXPECT_EQ(drain(mistaken).drained.deaths.size(), 1u);
  EXPECT_NE(writer.record(numbered(1)), 0u);
  Reader reader(mapping);
  EXPECT_EQ(drain(reader).records.size(), 1u);
}

TEST(Ring, ThreadsShareOneWriterAndNothingIsLostOrDouble) {
  constexpr int kThreads = 4, kEach = 20'000;
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 16, .records = 256});
  Reader reader(mapping);
  Writer writer(here.ring());
  std::atomic<int> running = kThreads;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) writer.record(numbered(thread * kEach + i));
      --running;
    });
  std::map<std::int32_t, int> seen;
  Drained total;
  const auto take = [&](const Record& record) { ++seen[record.class_index]; };
  while (running > 0) {
    total += reader.drain(take);
    writer.poll();
  }
  for (std::thread& thread : threads) thread.join();
  writer.poll();  // tells of drops that happened without a lane
  total += reader.drain(take);
  EXPECT_EQ(total.records, seen.size()) << "a record came twice";
  EXPECT_EQ(total.records + total.dropped, std::uint64_t{kThreads} * kEach);
  EXPECT_EQ(total.records, writer.counts().recorded);
  EXPECT_EQ(total.dropped, writer.counts().dropped);
  EXPECT_EQ(total.bad, 0u);
}

TEST(Ring, AnyOrderOfWritesAndDrainsKeepsOrderAndCounts) {
  EXPECT_TRUE(rc::check([](const std::vector<bool>& writes) {
    const TestDirectory here;
    Mapping mapping = *Mapping::create(here.ring(), {.lanes = 1, .records = 4});
    Reader reader(mapping);
    Writer writer(here.ring());
    std::deque<std::int32_t> kept;
    std::int32_t number = 0;
    std::uint64_t dropped = 0, told = 0;
    const auto check = [&] {
      const Got got = drain(reader);
      told += got.drained.dropped;
      RC_ASSERT(got.records.size() == kept.size());
      for (const Record& record : got.records) {
        RC_ASSERT(record.class_index == kept.front());
        kept.pop_front();
      }
    };
    for (const bool write : writes) {
      if (!write) {
        check();
      } else if (writer.record(numbered(number++)) != 0) {
        kept.push_back(number - 1);
      } else {
        ++dropped;
        RC_ASSERT(kept.size() == 4u);
      }
    }
    check();
    RC_ASSERT(told == dropped);
  }));
}

TEST(Reader, CountsWhatNoWriterWritesAndGoesOn) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 2, .records = 8});
  Reader reader(mapping);
  Writer writer(here.ring());
  const std::vector<std::function<void(Record&)>> crimes = {
      [](Record& r) { r.feature_count = 33; },
      [](Record& r) { r.id = 0; },
      [](Record& r) { r.outcome = static_cast<Outcome>(9); },
      [](Record& r) { r.kind = static_cast<Kind>(9); },
      [](Record& r) { r.confidence = std::numeric_limits<float>::quiet_NaN(); },
      [](Record& r) { r.confidence = 1.5F; },
      [](Record& r) { r.class_index = -2; },
      [](Record& r) { r = {.id = 0, .kind = Kind::label, .class_index = 1}; },
      [](Record& r) { r = {.id = 1, .kind = Kind::label, .class_index = -1}; },
      [](Record& r) { r = {.id = 1, .kind = Kind::label, .feature_count = 1, .class_index = 1}; },
      [](Record& r) { r = {.id = 1, .kind = Kind::label, .class_index = 1, .confidence = 0.5F}; },
      [](Record& r) { r = {.id = 1, .latency_ns = 1, .kind = Kind::label, .class_index = 1}; },
      [](Record& r) { r = {.id = 1, .kind = Kind::label, .outcome = Outcome::nan, .class_index = 1}; },
      [](Record& r) { r = {.id = 1, .kind = Kind::label, .class_index = 1, .digest = {1}}; }};
  std::uint64_t count = 0;
  for (const auto& crime : crimes) {
    writer.record(numbered(1));
    crime(mapping.region().slot(0, count++));
    writer.record(numbered(2));
    ++count;
    const Got got = drain(reader);
    EXPECT_EQ(got.drained.bad, 1u);
    ASSERT_EQ(got.records.size(), 1u);
    EXPECT_EQ(got.records[0].class_index, 2);
  }
}

TEST(Reader, ALaneWithAnImpossibleHeadIsPassedOver) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 2, .records = 8});
  Reader reader(mapping);
  mapping.region().lane(1).head = 1'000'000;
  EXPECT_EQ(drain(reader).drained.bad, 1u);
  EXPECT_EQ(drain(reader).drained.bad, 0u);
  mapping.region().lane(1).head = 5;  // gone back
  EXPECT_EQ(drain(reader).drained.bad, 1u);
}

TEST(Mapping, RefusesFilesThatAreNoRing) {
  const TestDirectory here;
  EXPECT_EQ(Mapping::attach(here.ring()).error().code, Code::not_found);
  std::ofstream(here.ring()) << "short";
  EXPECT_EQ(Mapping::attach(here.ring()).error().code, Code::bad_record);
  {
    Mapping made = *Mapping::create(here.ring());
  }
  std::filesystem::resize_file(here.ring(), kPageBytes);
  EXPECT_EQ(Mapping::attach(here.ring()).error().code, Code::bad_record);
  struct stat info{};
  {
    Mapping made = *Mapping::create(here.ring());
  }
  ASSERT_EQ(::stat(here.ring().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0660u);
}

TEST(Mapping, NoticesAFileThatWasCutShort) {
  const TestDirectory here;
  Mapping made = *Mapping::create(here.ring());
  EXPECT_TRUE(made.is_current(here.ring()));
  std::filesystem::resize_file(here.ring(), kPageBytes);
  EXPECT_FALSE(made.is_current(here.ring()));
}

TEST(Owner, IsHeldWhileTheFileIsOpenAndByOneOnly) {
  const TestDirectory here;
  const Mapping reader = *Mapping::create(here.ring());
  const std::uint64_t owner = random_owner();
  EXPECT_FALSE(is_held(reader.file(), owner));
  {
    const Mapping writer = *Mapping::attach(here.ring());
    ASSERT_TRUE(hold(writer.file(), owner));
    EXPECT_TRUE(is_held(reader.file(), owner));
    EXPECT_FALSE(is_held(reader.file(), owner + 1));
    EXPECT_FALSE(hold(Mapping::attach(here.ring())->file(), owner));
  }
  EXPECT_FALSE(is_held(reader.file(), owner));
}

TEST(Owner, AWordThatNoWriterWritesIsHeldByNobody) {
  const TestDirectory here;
  const Mapping reader = *Mapping::create(here.ring());
  const Mapping writer = *Mapping::attach(here.ring());
  ASSERT_TRUE(hold(writer.file(), kOwnersEnd));
  for (const std::uint64_t word : {std::uint64_t{0}, kOwnersEnd, ~std::uint64_t{0}})
    EXPECT_FALSE(is_held(reader.file(), word));
}

TEST(Owner, IsNeverTheSameTwice) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t owner = random_owner();
    EXPECT_TRUE(owner > 0 && owner < kOwnersEnd && seen.insert(owner).second);
  }
}

}  // namespace
}  // namespace drover::ring
