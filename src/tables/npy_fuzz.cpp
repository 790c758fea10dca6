#include <cstddef>
#include <cstdint>

#include "tables/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::tables;
  const auto tensor = read_npy({data, size}, {.bytes_max = 1 << 20});
  if (!tensor) return 0;
  if (tensor->bytes.size() != tensor->count() * size_bytes(tensor->dtype)) __builtin_trap();
  const auto again = read_npy(write_npy(*tensor));
  if (!again || *again != *tensor) __builtin_trap();
  return 0;
}
