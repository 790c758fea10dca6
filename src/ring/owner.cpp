#include "ring/owner.h"

#include <fcntl.h>
#include <sys/random.h>
#include <time.h>

namespace drover::ring {
namespace {

struct flock byte_of(std::uint64_t owner) {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(owner);
  lock.l_len = 1;
  return lock;
}

bool is_owner(std::uint64_t word) { return word != 0 && word < kOwnersEnd; }

}  // namespace

std::uint64_t random_owner() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) {
    struct timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    number = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
  }
  return number % (kOwnersEnd - 1) + 1;
}

bool hold(int file, std::uint64_t owner) {
  struct flock lock = byte_of(owner);
  return ::fcntl(file, F_OFD_SETLK, &lock) == 0;
}

bool is_held(int file, std::uint64_t owner) {
  if (!is_owner(owner)) return false;  // a word that no writer writes
  struct flock lock = byte_of(owner);
  return ::fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace drover::ring
