#include <cstddef>
#include <cstdint>

#include "bundle/sample_bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  using namespace drover::bundle;
  Collector collector;
  const auto manifest = read_bundle(source_of({data, size}), collector);
  for (const auto& [path, content] : collector.members)
    if (path != kManifestPath && !is_member_path(path)) __builtin_trap();
  if (!manifest) return 0;
  for (const auto& [path, member] : manifest->members)
    if (sha256(collector.members.at(path)) != member.sha256) __builtin_trap();
  if (!is_bundle({data, size})) __builtin_trap();
  return 0;
}
