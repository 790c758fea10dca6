#include <cstddef>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/canonical_json.h"
#include "policy/rule_state.h"

/// From whatever state that is read, windows lead to states that can be written and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  const auto json = parse_json(as_text({data, size}));
  if (!json) return 0;
  const auto state = policy::rule_state_from_json(*json);
  if (!state) return 0;
  const policy::Rule rule{.lasting = std::chrono::minutes(1), .keep_firing_for = std::chrono::minutes(1)};
  for (const std::int64_t start_ms : {state->last_end_ms, state->last_start_ms / 2, state->fired_ms})
    for (const bool holds : {true, false}) {
      const auto next = policy::advance(rule, *state, {start_ms, start_ms + 60'000, holds, !holds}).next;
      const auto again = policy::rule_state_from_json(policy::to_json(next));
      if (!again || *again != next) __builtin_trap();
    }
  return 0;
}
