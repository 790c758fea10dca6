#include <algorithm>

#include "base/assert.h"
#include "drift/state/counters.h"

// Bytes are refused, or read into a state that writes the same bytes and goes on without a fault.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  auto read = Counters::from_bytes({data, size});
  if (!read) return 0;
  DROVER_ASSERT(std::ranges::equal(read->to_bytes(), drover::ByteView(data, size)));
  (void)read->merge(Counters::of({}));
  (void)read->merge(*read);
  return 0;
}
