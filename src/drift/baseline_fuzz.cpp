#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "drift/baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  using namespace drover::drift;
  const auto baseline = parse_baseline(as_text({data, size}));
  if (!baseline) return 0;
  const auto again = parse_baseline(to_json(*baseline));
  if (!again || to_json(*again) != to_json(*baseline)) __builtin_trap();
  for (const auto& [name, feature] : baseline->features)
    for (const float value : {-1e30F, 0.F, 0.5F, 1e30F})
      if (feature.bin(value, 7) >= kBins) __builtin_trap();
  return 0;
}
