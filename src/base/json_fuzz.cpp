#include <cstddef>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/canonical_json.h"

/// Parsing ends within its limits; canonical JSON depends on the document alone, not on how it was written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const auto value = parse_json(as_text({data, size}));
  if (!value) return 0;
  const auto canonical = canonical_json(*value);
  if (!canonical) return 0;
  const auto rewritten = parse_json(value->dump(3), {.bytes_max = std::size_t{1} << 30});
  DROVER_ASSERT(rewritten.has_value());
  DROVER_ASSERT(*canonical_json(*rewritten) == *canonical);
  return 0;
}
