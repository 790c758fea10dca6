#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "monitor/line_watch.h"

/// What labels can be joined to is read or refused; what was read is written as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  monitor::LineWatch line;
  if (!line.restore_labels({data, size})) return 0;
  const Bytes saved = line.save_labels();
  monitor::LineWatch again;
  DROVER_ASSERT(again.restore_labels(saved).has_value());
  DROVER_ASSERT(again.save_labels() == saved);
  line.drained();
  return 0;
}
