#include <cstddef>
#include <cstdint>
#include <string_view>

#include "policy/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto policy = drover::policy::parse_policy({reinterpret_cast<const char*>(data), size});
  if (policy && policy->probation.duration.count() <= 0) __builtin_trap();
  return 0;
}
