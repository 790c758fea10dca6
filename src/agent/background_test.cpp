#include "agent/background.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <latch>

#include "agent/unpack_bundle.h"
#include "bundle/sample_bundle.h"
#include "fs/sim_file_system.h"

namespace drover::agent {
namespace {

/// As the agent's loop waits: until the work is done, at most ten seconds.
void wait_for(const Background& background) {
  std::vector<int> descriptors;
  background.descriptors(descriptors);
  pollfd waits{.fd = descriptors.at(0), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&waits, 1, 10'000), 1);
}

TEST(Background, answers_in_the_loop_and_only_when_the_work_is_done) {
  std::latch may_end(1);
  std::optional<Status> answer;
  auto background = Background::start(
      [&](const std::stop_token&) -> Status {
        may_end.wait();
        return fail(Code::disk_full, "no space");
      },
      [&](Status status) { answer = std::move(status); });
  ASSERT_TRUE(background);
  (*background)->pump();
  EXPECT_FALSE(answer);  // the loop goes on while the work waits
  may_end.count_down();
  wait_for(**background);
  (*background)->pump();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, Code::disk_full);
  (*background)->pump();
  std::vector<int> descriptors;
  (*background)->descriptors(descriptors);
  EXPECT_TRUE(descriptors.empty());
}

TEST(Background, that_is_dropped_stops_its_work_and_is_heard_no_more) {
  bool was_stopped = false, was_heard = false;
  {
    const auto background = Background::start(
        [&](const std::stop_token& stop) -> Status {
          while (!stop.stop_requested()) std::this_thread::yield();
          was_stopped = true;
          return fail(stopped());
        },
        [&](const Status&) { was_heard = true; });
    ASSERT_TRUE(background);
  }
  EXPECT_TRUE(was_stopped);
  EXPECT_FALSE(was_heard);
}

TEST(Background, takes_no_signal_that_is_meant_for_the_loop) {
  bool takes_terminate = true;
  auto background = Background::start(
      [&](const std::stop_token&) -> Status {
        sigset_t blocked;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
        takes_terminate = ::sigismember(&blocked, SIGTERM) == 0;
        return {};
      },
      [](const Status&) {});
  ASSERT_TRUE(background);
  wait_for(**background);
  (*background)->pump();
  EXPECT_FALSE(takes_terminate);
  sigset_t here;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &here);
  EXPECT_EQ(::sigismember(&here, SIGTERM), 0);
}

TEST(UnpackBundle, stops_when_it_is_not_wanted_any_more) {
  fs::SimFileSystem files;
  ASSERT_TRUE(fs::write_atomically(files, "/defect.drover", bundle::sample_bundle()));
  std::stop_source source;
  source.request_stop();
  const Status unpacked = unpack_bundle(files, "/defect.drover", "/unpacked", source.get_token());
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().code, stopped().code);
}

}  // namespace
}  // namespace drover::agent
