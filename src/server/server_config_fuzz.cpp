#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "server/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  server::Config config;
  const Status read = server::read_config(config, {reinterpret_cast<const char*>(data), size});
  DROVER_ASSERT(read || !read.error().message.empty());
  return 0;
}
