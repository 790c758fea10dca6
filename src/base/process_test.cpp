#include "base/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <thread>
namespace drover {
namespace {

using std::chrono::milliseconds;

Command shell(std::string script) { return {.argv = {"/bin/sh", "-c", std::move(script)}}; }

ProcessResult run(const Command& command) {
  Result<ProcessResult> result = run_process(command);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  return *std::move(result);
}

// The letter in /proc/PID/stat; '-' when there is no such process.
char state_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(file, text);
  const std::size_t end = text.rfind(')');
  return end == std::string::npos ? '-' : text[end + 2];
}

TEST(Process, BothStreamsAndTheExitStatusComeBack) {
  const ProcessResult result = run(shell("echo said; echo complained >&2; exit 3"));
  EXPECT_EQ(result.out, "said\n");
  EXPECT_EQ(result.err, "complained\n");
  EXPECT_EQ(result.explain(), "exited with status 3");
}

TEST(Process, AMissingProgramIsNamed) {
  const Result<ProcessResult> result = run_process({.argv = {"/nonexistent/worker"}});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::not_found);
  EXPECT_THAT(result.error().text(), testing::HasSubstr("/nonexistent/worker"));
}

TEST(Process, ASignalIsExplainedInWords) {
  EXPECT_EQ(run(shell("kill -SEGV $$")).explain(), "was killed by SIGSEGV (invalid memory access)");
  EXPECT_EQ(run(shell("kill -ABRT $$")).explain(), "was killed by SIGABRT (it aborted itself)");
}

TEST(Process, AHangIsKilledWithItsWholeGroup) {
  Command command = shell("sleep 1000 & echo $!; sleep 1000");
  command.time_max = milliseconds{200};
  const ProcessResult result = run(command);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.explain(), "did not end within 200 ms");
  const pid_t grandchild = static_cast<pid_t>(std::stoi(result.out));
  // Killed at once, but on a busy machine it takes a moment to die, and its new parent one to bury it.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto lives = [&] {
    return std::string_view("ZX-").find(state_of(grandchild)) == std::string_view::npos;
  };
  while (lives() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_FALSE(lives());
}

TEST(Process, ACloseOfItsPipesIsNotItsEnd) {
  EXPECT_EQ(run(shell("exec >&- 2>&-; sleep 0.1; exit 5")).exit_code, 5);
}

TEST(Process, AChildLeftBehindDoesNotHoldUsUp) {
  Command command = shell("sleep 1000 & exit 0");
  command.time_max = milliseconds{20'000};
  const ProcessResult result = run(command);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(result.timed_out);
}

TEST(Process, MuchOutputIsCutAndTheTailOfStderrKept) {
  Command command = shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; echo end >&2");
  command.stdout_bytes_max = 1000;
  command.stderr_bytes_max = 1000;
  const ProcessResult result = run(command);
  EXPECT_EQ(result.out.size(), 1000U);
  EXPECT_TRUE(result.stdout_cut);
  EXPECT_EQ(result.err.size(), 1000U);
  EXPECT_TRUE(result.err.ends_with("end\n"));
}

TEST(Process, StdinIsEmptyAndNoDescriptorOfOursIsInherited) {
  const int leaky = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  const ProcessResult result = run(shell("cat; ls /proc/self/fd | wc -l"));
  ::close(leaky);
  EXPECT_EQ(result.out, "4\n");  // 0, 1, 2 and the one that ls opens
}

TEST(Process, TheEnvironmentIsInheritedAndChanged) {
  ::setenv("DROVER_TEST_KEPT", "kept", 1);
  ::setenv("DROVER_TEST_CHANGED", "old", 1);
  Command command = shell("echo $DROVER_TEST_KEPT $DROVER_TEST_CHANGED");
  command.environment = {"DROVER_TEST_CHANGED=new"};
  EXPECT_EQ(run(command).out, "kept new\n");
}

TEST(Process, ADroppedChildIsKilled) {
  pid_t pid = -1;
  {
    const Result<Child> child = Child::start(shell("exec sleep 1000"));
    ASSERT_TRUE(child.has_value());
    pid = child->pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace drover
