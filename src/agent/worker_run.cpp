#include "agent/worker_run.h"

#include <sys/resource.h>

#include <algorithm>

namespace drover::agent {
namespace {

constexpr int kNiceness = 10;

void leave_the_machine_to_others(pid_t pid) {
  const auto id = static_cast<id_t>(pid);
  ::setpriority(PRIO_PROCESS, id, std::max(kNiceness, ::getpriority(PRIO_PROCESS, id)));
}

}  // namespace

Result<std::unique_ptr<WorkerRun>> WorkerRun::start(const Result<Command>& command, Haste haste,
                                                    OnEnd ended) {
  if (!command) return fail(command.error());
  Child child = DROVER_TRY(Child::start(*command));
  if (haste == Haste::none) leave_the_machine_to_others(child.pid());
  return std::unique_ptr<WorkerRun>(new WorkerRun(std::move(child), std::move(ended)));
}

void WorkerRun::descriptors(std::vector<int>& into) const {
  for (const int fd : child_.fds()) into.push_back(fd);
}

Monotonic WorkerRun::due() const {
  if (!ended_) return kNever;
  return system_clock().monotonic() + child_.poll_timeout();
}

void WorkerRun::pump() {
  if (!ended_ || !child_.pump()) return;
  const ProcessResult result = child_.result();  // the callback may drop this object
  std::exchange(ended_, nullptr)(result);
}

}  // namespace drover::agent
