#include "base/random.h"

#include <sys/random.h>

#include <cstring>

#include "base/assert.h"

namespace drover {

Bytes secure_random(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t done = 0; done < count;) {
    const ssize_t got = getrandom(bytes.data() + done, count - done, 0);
    DROVER_ASSERT(got > 0);
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::uint64_t random_below(std::uint64_t bound) {
  DROVER_ASSERT(bound > 0);
  const Bytes bytes = secure_random(sizeof(std::uint64_t));
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value % bound;
}

}  // namespace drover
