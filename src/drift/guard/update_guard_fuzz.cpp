#include "base/assert.h"
#include "drift/guard/update_guard.h"

// A checkpoint is refused, or taken and written again as the same bytes; then the guard goes on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  UpdateGuard guard = UpdateGuard::make({}).value();
  if (!guard.restore({data, size})) return 0;
  DROVER_ASSERT(guard.checkpoint() == drover::Bytes(data, data + size));
  for (int i = 0; i < 50; ++i) guard.update(i % 3 == 0, i % 2 == 0);
  return 0;
}
