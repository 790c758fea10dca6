#include <cstddef>
#include <cstdint>

#include "tables/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::tables;
  const auto tensors =
      read_npz({data, size}, {.array = {.bytes_max = 1 << 20}, .arrays_max = 8, .bytes_max = 4 << 20});
  if (!tensors) return 0;
  const auto written = write_npz(*tensors);
  if (!written) return 0;  // an empty or overlong name
  const auto again = read_npz(*written);
  if (!again || *again != *tensors) __builtin_trap();
  return 0;
}
