#include <cstddef>
#include <cstdint>

#include "runtime/model_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(drover::runtime::read_model_file({data, size}));
  return 0;
}
