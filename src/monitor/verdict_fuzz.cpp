#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "monitor/verdict.h"

/// A verdict from anywhere is made again, or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  if (const auto document = parse_json(as_text({data, size}))) (void)monitor::explain(*document);
  return 0;
}
