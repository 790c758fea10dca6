#include <cstddef>
#include <cstdint>
#include <string_view>

#include "policy/policy.h"

/// What is read is whole; so it is after it overrode itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::policy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto policy = parse_policy(text);
  if (!policy) return 0;
  if (policy->probation.duration.count() <= 0) __builtin_trap();
  for (const Rule& rule : policy->rules) {
    if (rule.name.empty() || overlap(rule.when, rule.resolve)) __builtin_trap();
    if (*parse_condition(to_string(rule.when)) != rule.when) __builtin_trap();
  }
  const auto again = overridden(*policy, text);
  if (again && *again != *policy) __builtin_trap();
  return 0;
}
