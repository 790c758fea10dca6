#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/canonical_json.h"
#include "monitor/testing.h"
#include "monitor/window_json.h"

/// What a device sends, or what stands in a file: read, merged with itself, never crashing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const auto document = parse_json(as_text({data, size}));
  if (!document) return 0;
  auto read = monitor::window_from_json(*document);
  if (!read) return 0;
  const std::uint64_t before = read->window.inferences();
  if (read->window.merge(read->window)) DROVER_ASSERT(read->window.inferences() == 2 * before);
  return 0;
}
