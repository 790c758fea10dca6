#pragma once

#include <cstdint>

#include "base/result.h"

namespace drover::worker {

/// What the process may use from the lock-down on. Lifted under sanitizers, which need terabytes of address
/// space.
struct SandboxLimits {
  std::uint64_t memory_bytes_max = std::uint64_t{1} << 30;  // beyond what is in use at the lock-down
  std::uint64_t cpu_seconds_max = 60;
  std::uint64_t file_bytes_max = std::uint64_t{1} << 30;
};

/// This process dies when its parent does.
void die_with_parent();

/// From here on, for good and for every thread: no new privileges, no file opened, no network, no program
/// started, no other process seen, no memory made executable, no core file; and the limits. What is open
/// stays open. A refused system call fails with EPERM. Error: unsupported when the kernel has no seccomp
/// filters; nothing untrusted may then be run.
Status lock_down(const SandboxLimits& limits);

}  // namespace drover::worker
