#include "pid_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace drover::defect {
namespace {

class PidFileTest : public testing::Test {
 protected:
  ~PidFileTest() override {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
    std::filesystem::remove(path_);
  }
  pid_t start() {
    const pid_t child = ::fork();
    if (child == 0)
      for (;;) ::pause();
    children_.push_back(child);
    EXPECT_TRUE(file_.add(child, "child"));
    return child;
  }

  const std::filesystem::path path_ = testing::TempDir() + "drover-pids-" + std::to_string(::getpid());
  const PidFile file_{path_};
  std::vector<pid_t> children_;
};

TEST_F(PidFileTest, WhoWasEnteredAndLivesIsListed) {
  EXPECT_TRUE(file_.living().empty()) << "there is no file yet";
  const pid_t one = start(), other = start();
  ASSERT_EQ(file_.living().size(), 2U);
  EXPECT_EQ(file_.living()[0].pid, one);
  EXPECT_EQ(file_.living()[1].program, "child");
  ::kill(one, SIGKILL);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(one), &ended, WEXITED | WNOWAIT);
  ASSERT_EQ(file_.living().size(), 1U) << "a zombie lives no more";
  EXPECT_EQ(file_.living()[0].pid, other);
}

TEST_F(PidFileTest, StoppingEndsAllButThisProcess) {
  const pid_t child = start();
  ASSERT_TRUE(file_.add(::getpid(), "test"));
  const auto stopped = file_.stop();
  ASSERT_EQ(stopped.size(), 1U);
  EXPECT_EQ(stopped[0].pid, child);
  EXPECT_FALSE(stopped[0].lives());
  ASSERT_EQ(file_.living().size(), 1U);
  EXPECT_EQ(file_.living()[0].pid, ::getpid());
}

TEST_F(PidFileTest, AnotherProcessThatGotThePidIsLeftAlone) {
  const pid_t child = start();
  const std::uint64_t started = look_at(child, "child")->started;
  std::ofstream(path_) << child << " " << started - 1 << " child\n";
  EXPECT_TRUE(file_.living().empty());
  EXPECT_TRUE(file_.stop().empty());
  EXPECT_EQ(::kill(child, 0), 0);
}

}  // namespace
}  // namespace drover::defect
