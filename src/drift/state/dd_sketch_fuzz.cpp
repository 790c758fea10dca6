#include <algorithm>

#include "base/assert.h"
#include "drift/state/dd_sketch.h"

// Bytes are refused, or read into a state that writes the same bytes and goes on without a fault.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  auto read = DdSketch::from_bytes({data, size});
  if (!read) return 0;
  DROVER_ASSERT(std::ranges::equal(read->to_bytes(), drover::ByteView(data, size)));
  (void)read->merge(*read);
  for (const double value : {1e-300, 1.0, 1e300}) read->add(value);
  (void)read->quantile(0.5);
  return 0;
}
