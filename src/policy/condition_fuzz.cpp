#include <cstddef>
#include <cstdint>
#include <string_view>

#include "policy/condition.h"

/// What is read can be written, and read again as the same; a condition and its negation never hold together.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::policy;
  const auto condition = parse_condition({reinterpret_cast<const char*>(data), size});
  if (!condition) return 0;
  const auto again = parse_condition(to_string(*condition));
  if (!again || *again != *condition) __builtin_trap();
  if (overlap(*condition, negation(*condition))) __builtin_trap();
  return 0;
}
