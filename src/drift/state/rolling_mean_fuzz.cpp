#include <algorithm>

#include "base/assert.h"
#include "drift/state/rolling_mean.h"

// Bytes are refused, or read into a state that writes the same bytes and goes on without a fault.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  auto read = RollingMean::from_bytes({data, size});
  if (!read) return 0;
  DROVER_ASSERT(std::ranges::equal(read->to_bytes(), drover::ByteView(data, size)));
  for (int i = 0; i < 300; ++i) read->add(0.25F);
  DROVER_ASSERT(read->mean() == 0.25);
  return 0;
}
