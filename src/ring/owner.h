#pragma once

#include <cstdint>

namespace drover::ring {

/// A process as one word, so that one compare-and-swap claims a lane: pid in the low 22 bits (Linux's
/// PID_MAX_LIMIT), the start time in clock ticks since boot above. A pid used again has another start time.
/// Never 0 for a live process.
std::uint64_t owner_of(std::uint32_t pid, std::uint64_t start_ticks);
std::uint32_t pid_of(std::uint64_t owner);

/// This process. Reads /proc/self/stat.
std::uint64_t this_process();
/// Whether the process still runs. Reads /proc; a zombie is dead.
bool is_alive(std::uint64_t owner);

}  // namespace drover::ring
