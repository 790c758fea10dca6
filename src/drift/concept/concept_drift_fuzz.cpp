#include "base/assert.h"
#include "drift/concept/concept_drift.h"

// A checkpoint is refused, or taken and written again as the same bytes; then the detector goes on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::drift;
  ConceptDrift drift = ConceptDrift::make().value();
  if (!drift.restore({data, size})) return 0;
  DROVER_ASSERT(drift.checkpoint() == drover::Bytes(data, data + size));
  for (int i = 0; i < 50; ++i) drift.update(0.02 * i, i % 2 == 0);
  return 0;
}
