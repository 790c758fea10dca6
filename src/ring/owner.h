#pragma once

#include <cstdint>

namespace drover::ring {

/// Who holds a lane: a random number, of which its writer has locked the byte, far beyond the file's end, in
/// the ring file (an open file description's lock, fcntl(2)). The kernel drops the lock when the writer's
/// process ends, however it ends; any process that has the file open can ask, from whatever pid namespace,
/// and no number is ever used again as a pid is.
constexpr std::uint64_t kOwnersEnd = std::uint64_t{1} << 62;

/// A new one, in [1, kOwnersEnd).
std::uint64_t random_owner();
/// Locks the owner's byte until the last descriptor of this opening of the file is closed, those that a
/// forked child inherits among them. False when somebody else has it or the file system has no locks.
bool hold(int file, std::uint64_t owner);
/// Whether another opening of the file holds it.
bool is_held(int file, std::uint64_t owner);

}  // namespace drover::ring
