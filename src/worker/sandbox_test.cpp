#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "worker/sandbox_testing.h"

namespace drover::worker {
namespace {

/// 0 when the call succeeded, else its errno.
int outcome(long returned) { return returned < 0 ? errno : 0; }

struct Attempt {
  const char* what;
  int (*run)();
};

class Refused : public testing::TestWithParam<Attempt> {};

TEST_P(Refused, WithEperm) { EXPECT_EQ(locked_down(GetParam().run), EPERM); }

INSTANTIATE_TEST_SUITE_P(
    Sandbox, Refused,
    testing::Values(Attempt{"Socket", [] { return outcome(::socket(AF_INET, SOCK_STREAM, 0)); }},
                    Attempt{"UnixSocket", [] { return outcome(::socket(AF_UNIX, SOCK_STREAM, 0)); }},
                    Attempt{"SocketPair",
                            [] {
                              int ends[2];
                              return outcome(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
                            }},
                    Attempt{
                        "OpenForWriting",
                        [] { return outcome(::open("/tmp/drover-sandbox-test", O_WRONLY | O_CREAT, 0600)); }},
                    Attempt{"OpenForReading", [] { return outcome(::open("/etc/passwd", O_RDONLY)); }},
                    Attempt{"Fork", [] { return outcome(::fork()); }},
                    Attempt{"Exec", [] { return outcome(::execl("/bin/true", "true", nullptr)); }},
                    Attempt{"Ptrace", [] { return outcome(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
                    Attempt{"KillParent", [] { return outcome(::kill(::getppid(), 0)); }},
                    Attempt{"Unlink", [] { return outcome(::unlink("/tmp/drover-sandbox-test")); }},
                    Attempt{"RaiseLimit",
                            [] {
                              const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
                              return outcome(::setrlimit(RLIMIT_FSIZE, &limit));
                            }},
                    Attempt{"ExecutableMemory",
                            [] {
                              void* at = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC,
                                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                              return at == MAP_FAILED ? errno : 0;
                            }}),
    [](const auto& info) { return info.param.what; });

TEST(Sandbox, ComputingGoesOn) {
  EXPECT_EQ(locked_down([] {
              int sum = 0;
              std::thread([&] { sum = std::vector<int>(1000, 2)[500]; }).join();
              return sum;
            }),
            2);
}

TEST(Sandbox, WhatWasOpenCanBeWrittenUpToTheLimit) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(locked_down([&] { return ::write(ends[1], "x", 1) == 1 ? 0 : 1; }), 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace drover::worker
