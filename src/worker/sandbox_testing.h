#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "worker/sandbox.h"

namespace drover::worker {

/// Forks, locks the child down and runs `attempt` in it; its answer is the child's exit status.
inline int locked_down(const std::function<int()>& attempt, const SandboxLimits& limits = {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!lock_down(limits)) ::_exit(99);
    ::_exit(attempt());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace drover::worker
