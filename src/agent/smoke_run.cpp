#include "agent/smoke_run.h"

#include <sys/resource.h>

namespace drover::agent {
namespace {

constexpr int kNiceness = 10;

}  // namespace

Result<std::unique_ptr<SmokeRun>> SmokeRun::start(const bundle::WorkerOptions& worker,
                                                  const std::string& version_directory, Haste haste,
                                                  OnDone done) {
  const Command command = DROVER_TRY(bundle::smoke_command(worker, version_directory));
  Child child = DROVER_TRY(Child::start(command));
  if (haste == Haste::none) ::setpriority(PRIO_PROCESS, static_cast<id_t>(child.pid()), kNiceness);
  return std::unique_ptr<SmokeRun>(new SmokeRun(std::move(child), std::move(done)));
}

void SmokeRun::descriptors(std::vector<int>& into) const {
  for (const int fd : child_.fds()) into.push_back(fd);
}

Monotonic SmokeRun::due() const {
  if (!done_) return kNever;
  return system_clock().monotonic() + child_.poll_timeout();
}

void SmokeRun::pump() {
  if (done_ && child_.pump()) std::exchange(done_, nullptr)(bundle::interpret_smoke(child_.result()));
}

}  // namespace drover::agent
