#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>

#include "agent/part.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace drover::agent {

/// Work that blocks (fsync, hashing), on a thread of its own at a low priority, while the agent's loop goes
/// on; its answer comes in the loop, from pump(). The work touches nothing that the loop touches, and looks
/// at the token at least between two pieces of some MiB: dropping a Background asks it to stop and waits for
/// it.
class Background : public Part {
 public:
  using Work = std::function<Status(const std::stop_token& stop)>;
  using OnDone = std::function<void(Status)>;
  /// Errors: io_failed when there is no descriptor or no thread to be had.
  static Result<std::unique_ptr<Background>> start(Work work, OnDone done);

  void descriptors(std::vector<int>& into) const override;
  void pump() override;

 private:
  Background(UniqueFd finished, OnDone done) : finished_(std::move(finished)), done_(std::move(done)) {}
  void run(const Work& work, const std::stop_token& stop);

  UniqueFd finished_;  // an eventfd: readable once the work is done
  OnDone done_;
  std::atomic<bool> is_finished_ = false;
  Status outcome_;       // the thread's until is_finished_
  std::jthread thread_;  // last: stopped and joined before the rest goes
};

/// What the work returns when the token asked it to stop: nobody hears it.
Error stopped();

}  // namespace drover::agent
