// A hostile application: any bytes in the ring, drained. Nothing may be read outside it, no record that does
// not hold may come out, and a drain gives at most the ring's own slots.
#include <cstdlib>
#include <cstring>

#include "base/assert.h"
#include "ring/reader.h"

using namespace drover;
using namespace drover::ring;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Shape shape{.lanes = 2, .records = 4};
  static std::byte* const memory = static_cast<std::byte*>(
      std::aligned_alloc(kPageBytes, (shape.file_bytes() + kPageBytes - 1) / kPageBytes * kPageBytes));
  std::memset(memory, 0, shape.file_bytes());
  // The input's first half lands on the lane headers, where it matters; both lanes get all of it in turn.
  const std::size_t lanes_bytes = shape.file_bytes() - kPageBytes;
  for (std::size_t at = 0; at < lanes_bytes && size > 0; at += size)
    std::memcpy(memory + kPageBytes + at, data, std::min(size, lanes_bytes - at));
  std::memcpy(memory, data, std::min(size, kPageBytes));
  if (Result<Shape> read = check_header(*reinterpret_cast<const RingHeader*>(memory), shape.file_bytes()))
    DROVER_ASSERT(read->file_bytes() == shape.file_bytes());

  Reader reader(Region({memory, shape.file_bytes()}, shape),
                [](std::uint64_t owner) { return (owner & 1) != 0; });
  std::uint64_t records = 0;
  for (int drain = 0; drain < 2; ++drain) {
    const Drained drained = reader.drain([&](const Record& record) {
      DROVER_ASSERT(is_valid(record));
      ++records;
    });
    DROVER_ASSERT(drained.records + drained.bad <= shape.lanes * shape.records + shape.lanes);
    DROVER_ASSERT(drained.deaths.size() <= shape.lanes);
  }
  DROVER_ASSERT(records <= shape.lanes * shape.records);
  DROVER_ASSERT(reader.writers().size() <= shape.lanes);
  return 0;
}
