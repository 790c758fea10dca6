#include "base/assert.h"
#include "drift/concept/label_join.h"

// What was remembered is refused, or taken and written again as the same bytes; then the table goes on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  LabelJoin join(8);
  if (!join.restore({data, size})) return 0;
  DROVER_ASSERT(join.checkpoint() == drover::Bytes(data, data + size));
  for (std::uint64_t id = 0; id < 20; ++id) {
    join.add({.id = id, .predicted = 1});
    (void)join.label(id / 2, 1);
  }
  DROVER_ASSERT(join.restore(join.checkpoint()).has_value());
  return 0;
}
