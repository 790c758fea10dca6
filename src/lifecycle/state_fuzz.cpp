#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lifecycle/state_file.h"

/// What is read can be written, and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::lifecycle;
  const auto records = parse_records({reinterpret_cast<const char*>(data), size});
  if (!records) return 0;
  const auto again = parse_records(to_json(*records));
  if (!again || *again != *records) __builtin_trap();
  return 0;
}
