#include "worker/allocation_watch.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace drover::worker {
namespace {

std::atomic<bool> watching = false;

[[maybe_unused]] void say(const char* text, std::size_t size) {
  [[maybe_unused]] const ssize_t count = ::write(STDERR_FILENO, text, size);
}

/// `at` again, having told of it when it is null. Must not allocate.
[[maybe_unused]] void* checked(void* at, std::size_t bytes) {
  if (at != nullptr || bytes == 0 || !watching.exchange(false)) return at;
  char number[24];
  const char* end = std::to_chars(number, number + sizeof number, bytes).ptr;
  constexpr char kWords[] = "drover-worker: out of memory: an allocation was refused, of this many bytes: ";
  say(kWords, sizeof kWords - 1);
  say(number, static_cast<std::size_t>(end - number));
  say("\n", 1);
  errno = ENOMEM;
  return nullptr;
}

}  // namespace

void watch_allocations() { watching = true; }

}  // namespace drover::worker

// The program's own malloc, which the dlopened runtime too is bound to; glibc's does the work
// (https://www.gnu.org/software/libc/manual/html_node/Replacing-malloc.html).
#if defined(__GLIBC__) && !defined(DROVER_SANITIZED)
extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* at, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept { return drover::worker::checked(__libc_malloc(size), size); }
void* calloc(std::size_t count, std::size_t size) noexcept {
  return drover::worker::checked(__libc_calloc(count, size), count * size);
}
void* realloc(void* at, std::size_t size) noexcept {
  return drover::worker::checked(__libc_realloc(at, size), size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return drover::worker::checked(__libc_memalign(alignment, size), size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept { return memalign(alignment, size); }
int posix_memalign(void** at, std::size_t alignment, std::size_t size) noexcept {
  if (alignment % sizeof(void*) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* memory = memalign(alignment, size);
  if (memory == nullptr && size != 0) return ENOMEM;
  *at = memory;
  return 0;
}

}  // extern "C"
#endif
