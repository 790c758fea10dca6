// A writer that dies between any two instructions of record() or label(): a debugger stops it after each one,
// and the ring, as it stands then, is what a SIGKILL there would leave.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "ring/reader.h"
#include "ring/ring_testing.h"
#include "ring/writer.h"

namespace drover::ring {
namespace {

constexpr Shape kShape{.lanes = 2, .records = 4};
constexpr int kNotPermitted = 77;

/// A child of ours that runs `body` under our eyes.
template <class Body>
pid_t traced(Body body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kNotPermitted);
  body();
  ::_exit(1);
}

/// The ring's memory at one moment, with a reader that takes every writer for dead.
class Frozen {
 public:
  Frozen() : memory_(static_cast<std::byte*>(std::aligned_alloc(kPageBytes, kRounded)), std::free) {
    std::memset(memory_.get(), 0, kRounded);
  }

  /// Whether it differs from what was kept before.
  bool keep(const Region& region) {
    const auto* now = reinterpret_cast<const std::byte*>(&region.header());
    if (std::memcmp(memory_.get(), now, kShape.file_bytes()) == 0) return false;
    std::memcpy(memory_.get(), now, kShape.file_bytes());
    return true;
  }
  /// What the agent would take out of it, in a copy.
  [[nodiscard]] std::pair<Drained, std::vector<Record>> drained() const {
    Frozen copy;
    std::memcpy(copy.memory_.get(), memory_.get(), kShape.file_bytes());
    Reader reader(Region({copy.memory_.get(), kShape.file_bytes()}, kShape),
                  [](std::uint64_t) { return false; });
    std::vector<Record> records;
    const Drained drained = reader.drain([&](const Record& record) { records.push_back(record); });
    return {drained, records};
  }

 private:
  static constexpr std::size_t kRounded = 4 * kPageBytes;
  std::unique_ptr<std::byte, void (*)(void*)> memory_;
};

struct InstructionCase {
  const char* name;
  int before;   // records that are whole already
  bool claims;  // the agent took its lane back meanwhile: it takes one again
  Kind kind;
};

class EveryInstruction : public testing::TestWithParam<InstructionCase> {};

TEST_P(EveryInstruction, MayBeTheLastOneAndAtMostThisRecordIsLost) {
  const InstructionCase& given = GetParam();
  const TestDirectory here;
  const Mapping mapping = *Mapping::create(here.ring(), kShape);
  const pid_t child = traced([&] {
    Writer writer(here.ring());
    for (std::int32_t i = 0; i < given.before; ++i) writer.record(numbered(i));
    if (given.claims) mapping.region().lane(0).owner = 0;
    ::raise(SIGUSR1);
    if (given.kind == Kind::label)
      writer.label(1, given.before);
    else
      writer.record(numbered(given.before));
    ::raise(SIGUSR2);
  });
  const auto whole = static_cast<std::size_t>(given.before);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotPermitted)
    GTEST_SKIP() << "no process may be traced here";
  ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1);

  Frozen frozen;
  int instructions = 0, states = 0;
  std::size_t records_last = 0;
  const auto step = [&] {
    return ::ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) == 0 &&
           ::waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
  };
  for (; step(); ++instructions) {
    if (!frozen.keep(mapping.region())) continue;
    ++states;
    const auto [drained, records] = frozen.drained();
    const std::string where = fmt::format("instruction {}", instructions);
    ASSERT_EQ(drained.bad, 0u) << where;
    if (!given.claims) ASSERT_EQ(drained.deaths.size(), 1u) << where;
    ASSERT_LE(drained.deaths.size(), 1u) << where;
    ASSERT_GE(records.size(), std::max(records_last, whole)) << where;
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(records[i].class_index, static_cast<std::int32_t>(i)) << where;
      ASSERT_EQ(records[i].kind, i == whole ? given.kind : Kind::inference) << where;
    }
    records_last = records.size();
  }
  EXPECT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR2) << "stopped for something else";
  EXPECT_EQ(records_last, whole + 1) << "it was recorded";
  EXPECT_GE(states, 3) << "nothing was seen on the way, in " << instructions << " instructions";
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
}

INSTANTIATE_TEST_SUITE_P(Of, EveryInstruction,
                         testing::Values(InstructionCase{"TheFirstRecord", 0, false, Kind::inference},
                                         InstructionCase{"ALaterRecord", 2, false, Kind::inference},
                                         InstructionCase{"ARecordThatTakesALane", 2, true, Kind::inference},
                                         InstructionCase{"ALabel", 2, false, Kind::label},
                                         InstructionCase{"ALabelThatTakesALane", 2, true, Kind::label}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace drover::ring
