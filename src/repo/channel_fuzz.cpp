#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "repo/layout.h"

namespace {

using namespace drover;
using namespace drover::repo;

void check_pointer(std::string_view text) {
  const auto pointer = parse_channel(text);
  if (!pointer) return;
  const std::string written = to_text(*pointer);
  const auto again = parse_channel(written);
  if (!again || to_text(*again) != written) __builtin_trap();
}

/// As the custom of version 1.0.0's target.
void check_custom(std::string_view text) {
  const std::string path = model_target_path(*ModelName::parse("defect"), *Version::parse("1.0.0"), "");
  const auto target = parse_model_target({.path = path, .custom = std::string(text)});
  if (!target) return;
  const auto again = parse_model_target({.path = path, .custom = to_custom(*target)});
  if (!again || to_custom(*again) != to_custom(*target)) __builtin_trap();
}

}  // namespace

/// What a publisher signed is read or refused, and says the same when it is written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  check_pointer(text);
  check_custom(text);
  return 0;
}
