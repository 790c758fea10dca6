#include "agent/background.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace drover::agent {
namespace {

constexpr int kNiceness = 10;

/// While it lives no signal reaches this thread, nor one that it starts: a signal must end the loop's poll.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Result<std::unique_ptr<Background>> Background::start(Work work, OnDone done) {
  UniqueFd finished(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!finished)
    return fail(Code::io_failed, fmt::format("no descriptor for a thread: {}", std::strerror(errno)));
  std::unique_ptr<Background> background(new Background(std::move(finished), std::move(done)));
  try {
    const SignalsBlocked blocked;
    background->thread_ = std::jthread([self = background.get(), work = std::move(work)](
                                           const std::stop_token& stop) { self->run(work, stop); });
  } catch (const std::system_error& error) {
    return fail(Code::io_failed, fmt::format("no thread: {}", error.what()));
  }
  return background;
}

void Background::run(const Work& work, const std::stop_token& stop) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);  // on Linux, of the thread alone
  outcome_ = work(stop);
  is_finished_ = true;
  const std::uint64_t one = 1;
  static_cast<void>(::write(finished_.get(), &one, sizeof one));
}

void Background::descriptors(std::vector<int>& into) const {
  if (done_) into.push_back(finished_.get());
}

void Background::pump() {
  if (!done_ || !is_finished_) return;
  thread_.join();
  std::exchange(done_, nullptr)(std::move(outcome_));
}

Error stopped() { return {Code::conflict, "not wanted any more"}; }

}  // namespace drover::agent
