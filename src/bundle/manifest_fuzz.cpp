#include <cstddef>
#include <cstdint>

#include "bundle/golden.h"
#include "bundle/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  using namespace drover::bundle;
  const std::string_view text = as_text({data, size});
  if (const auto manifest = parse_manifest(text)) {
    const auto again = parse_manifest(to_json(*manifest));
    if (!again || to_json(*again) != to_json(*manifest)) __builtin_trap();
  }
  if (const auto tolerance = parse_tolerance(text)) {
    const auto again = parse_tolerance(to_json(*tolerance));
    if (!again || to_json(*again) != to_json(*tolerance)) __builtin_trap();
  }
  return 0;
}
