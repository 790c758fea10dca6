// Writers in processes of their own, killed where it hurts.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ring/owner.h"
#include "ring/reader.h"
#include "ring/ring_testing.h"
#include "ring/writer.h"

namespace drover::ring {
namespace {

void die() { ::raise(SIGKILL); }

struct DeathCase {
  const char* name;
  Step step;
  std::size_t kept;  // of three records, the last of which is being written
};

class Death : public testing::TestWithParam<std::tuple<DeathCase, Kind>> {};

TEST_P(Death, LosesAtMostTheRecordThatIsBeingWritten) {
  const auto& [death, kind] = GetParam();
  const auto make = kind == Kind::label ? numbered_label : numbered;
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 1, .records = 8});
  Reader reader(mapping);
  const int status = in_child([&] {
    const Mapping own = *Mapping::attach(here.ring());
    const std::uint64_t me = random_owner();
    if (!hold(own.file(), me)) ::_exit(1);
    own.region().lane(0).owner = me;
    Cursor cursor;
    for (std::int32_t i = 0; i < 2; ++i) append(own.region(), cursor, make(i), [](Step) {});
    append(own.region(), cursor, make(2), [at = death.step](Step step) {
      if (step == at) die();
    });
  });
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

  std::vector<std::int32_t> classes;
  const auto take = [&](const Record& record) { classes.push_back(record.class_index); };
  const Drained drained = reader.drain(take);
  EXPECT_EQ(classes.size(), death.kept);
  EXPECT_EQ(drained.deaths.size(), 1u);
  EXPECT_EQ(drained.bad, 0u);

  // The lane is free again, and the next writer's records are whole.
  classes.clear();
  Writer next(here.ring());
  for (std::int32_t i = 10; i < 18; ++i) EXPECT_NE(next.record(numbered(i)), 0u);
  EXPECT_EQ(reader.drain(take).deaths.size(), 0u);
  EXPECT_THAT(classes, testing::ElementsAre(10, 11, 12, 13, 14, 15, 16, 17));
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, Death,
                         testing::Combine(testing::Values(DeathCase{"RoomSeen", Step::room_seen, 2},
                                                          DeathCase{"HalfWritten", Step::half_written, 2},
                                                          DeathCase{"Written", Step::written, 2},
                                                          DeathCase{"Published", Step::published, 3}),
                                          testing::Values(Kind::inference, Kind::label)),
                         [](const auto& info) {
                           const char* of = std::get<Kind>(info.param) == Kind::label ? "Label" : "Inference";
                           return std::get<DeathCase>(info.param).name + std::string("Of") + of;
                         });

TEST(Processes, WritersKilledAtAnyTimeLeaveWholeRecordsOnly) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring(), {.lanes = 8, .records = 64});
  Reader reader(mapping);
  std::map<std::int32_t, std::int32_t> last;  // by writer
  std::map<std::int32_t, pid_t> children;
  for (std::int32_t writer = 0; writer < 6; ++writer) {
    const pid_t child = ::fork();
    if (child == 0) {
      Writer ring(here.ring());
      for (std::int32_t i = 1;; ++i) {
        Record record = numbered(writer * 100'000'000 + i % 100'000'000);
        record.features.fill(static_cast<float>(record.class_index));
        ring.record(record);
      }
    }
    children[writer] = child;
  }
  const auto take = [&](const Record& record) {
    const std::int32_t writer = record.class_index / 100'000'000;
    EXPECT_GT(record.class_index, last[writer]) << "out of order or double";
    EXPECT_EQ(record.features.back(), static_cast<float>(record.class_index)) << "torn";
    last[writer] = record.class_index;
  };
  Drained total;
  while (last.size() < children.size() || total.records < 20'000) total += reader.drain(take);
  for (const auto& [writer, child] : children) ::kill(child, SIGKILL);
  for (const auto& [writer, child] : children) ::waitpid(child, nullptr, 0);
  total += reader.drain(take);
  EXPECT_EQ(total.deaths.size(), children.size());
  EXPECT_EQ(total.bad, 0u);
  EXPECT_TRUE(reader.writers().empty());
}

TEST(Processes, AForkedChildWritesNothingIntoItsParentsLane) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  Writer writer(here.ring());
  const int status = in_child([&] {
    const bool dropped = writer.record(numbered(1)) == 0;
    writer.poll();
    const bool recorded = writer.record(numbered(2)) != 0;
    ::_exit(dropped && recorded ? 0 : 1);
  });
  EXPECT_EQ(status, 0);
  EXPECT_NE(writer.record(numbered(3)), 0u);
  std::vector<std::int32_t> classes;
  reader.drain([&](const Record& record) { classes.push_back(record.class_index); });
  EXPECT_THAT(classes, testing::UnorderedElementsAre(2, 3));
}

/// A child that runs `body` with one end of a pipe, and what it wrote there first.
template <class Body>
std::pair<pid_t, std::int32_t> child_that_tells(Body body) {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    body(pipe[1]);
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::int32_t told = 0;
  if (::read(pipe[0], &told, sizeof told) != sizeof told) told = 0;
  ::close(pipe[0]);
  return {child, told};
}

void tell(int pipe, std::int32_t what) {
  if (::write(pipe, &what, sizeof what) != sizeof what) ::_exit(1);
}

TEST(Processes, AProcessThatForkedAndIsKilledIsDeadWhenItsChildHasARingOfItsOwn) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  const auto [parent, child] = child_that_tells([&](int pipe) {
    Writer writer(here.ring());
    const pid_t forked = ::fork();
    if (forked == 0) {
      writer.poll();
      tell(pipe, ::getpid());
    }
    for (;;) ::pause();
  });
  EXPECT_EQ(reader.writers().size(), 2u);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_EQ(reader.drain([](const Record&) {}).deaths.size(), 1u);
  EXPECT_EQ(reader.writers().size(), 1u);
  ::kill(child, SIGKILL);
}

constexpr std::int32_t kNotPermitted = -1;

/// The first process of a pid namespace, as an application in a container is, with a record in the ring: who
/// waits for it, and its pid here or kNotPermitted.
std::pair<pid_t, pid_t> start_container(const TestDirectory& here, const Digest& digest) {
  return child_that_tells([&](int pipe) {
    if (::unshare(CLONE_NEWPID) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
      return tell(pipe, kNotPermitted);
    std::array<int, 2> ready{};
    if (::pipe(ready.data()) != 0) ::_exit(1);
    const pid_t first = ::fork();
    if (first == 0) {
      Writer writer(here.ring());
      Record record = numbered(::getpid());
      record.digest = digest.bytes;
      writer.record(record);
      tell(ready[1], 1);
      for (;;) ::pause();
    }
    std::int32_t is_ready = 0;
    if (::read(ready[0], &is_ready, sizeof is_ready) != sizeof is_ready) ::_exit(1);
    tell(pipe, first);
    ::waitpid(first, nullptr, 0);
  });
}

TEST(Processes, WritersInContainersLiveUntilTheyDieThoughTheirPidsMeanNothingHere) {
  const TestDirectory here;
  Mapping mapping = *Mapping::create(here.ring());
  Reader reader(mapping);
  const auto [one_waits, one] = start_container(here, sha256("1"));
  if (one == kNotPermitted) {
    ::waitpid(one_waits, nullptr, 0);
    GTEST_SKIP() << "this process may not make a pid namespace";
  }
  const auto [other_waits, other] = start_container(here, sha256("2"));
  std::vector<std::int32_t> pids;
  Drained drained = reader.drain([&](const Record& record) { pids.push_back(record.class_index); });
  EXPECT_THAT(pids, testing::ElementsAre(1, 1)) << "each is the first of its namespace";
  EXPECT_TRUE(drained.deaths.empty());
  EXPECT_EQ(reader.writers().size(), 2u);

  ::kill(one, SIGKILL);
  ::waitpid(one_waits, nullptr, 0);
  drained = reader.drain([](const Record&) {});
  EXPECT_THAT(drained.deaths, testing::ElementsAre(sha256("1")));
  ASSERT_EQ(reader.writers().size(), 1u);
  EXPECT_EQ(reader.writers()[0].digest, sha256("2"));
  EXPECT_EQ(reader.writers()[0].pid, 1u);
  ::kill(other, SIGKILL);
  ::waitpid(other_waits, nullptr, 0);
}

}  // namespace
}  // namespace drover::ring
