#include <algorithm>

#include "base/assert.h"
#include "drift/state/kll.h"

// Bytes are refused, or read into a state that writes the same bytes and goes on without a fault.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  auto read = Kll::from_bytes({data, size});
  if (!read) return 0;
  DROVER_ASSERT(std::ranges::equal(read->to_bytes(), drover::ByteView(data, size)));
  (void)read->merge(*read);
  for (int i = 0; i < 1000; ++i) read->add(static_cast<float>(i % 97));
  (void)read->quantile(0.5);
  return 0;
}
