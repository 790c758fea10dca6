#include <fmt/format.h>

#include <array>

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "policy/rule_state.h"

namespace drover::policy {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kPhases = {"inactive", "pending", "firing"};

Result<Phase> read_phase(JsonFields& fields) {
  const std::string text = DROVER_TRY(fields.text("phase"));
  for (std::size_t i = 0; i < kPhases.size(); ++i)
    if (kPhases.at(i) == text) return static_cast<Phase>(i);
  return fields.bad("phase", "inactive, pending or firing expected");
}

Result<std::int64_t> read_time(JsonFields& fields, std::string_view key, std::int64_t max = kTimeMaxMs) {
  return static_cast<std::int64_t>(DROVER_TRY(fields.unsigned_number(key, static_cast<std::uint64_t>(max))));
}

}  // namespace

std::string_view name(Phase phase) { return kPhases.at(static_cast<std::size_t>(phase)); }

std::string_view name(Change change) {
  constexpr std::array<std::string_view, 5> names = {"none", "pending", "fired", "resolved", "withdrawn"};
  return names.at(static_cast<std::size_t>(change));
}

json to_json(const RuleState& state) {
  json into = {{"phase", name(state.phase)},
               {"last_start_ms", state.last_start_ms},
               {"last_end_ms", state.last_end_ms}};
  if (state.phase != Phase::inactive) into["since_ms"] = state.since_ms;
  if (state.phase == Phase::firing) into["fired_ms"] = state.fired_ms;
  if (state.resolving_since_ms) into["resolving_since_ms"] = *state.resolving_since_ms;
  return into;
}

/// A row begins no later than the last window. When a rule fired may lie ahead: the clock may have been set
/// back since.
Result<RuleState> rule_state_from_json(const json& from) {
  JsonFields fields = DROVER_TRY(JsonFields::of(from, "", Code::bad_state));
  RuleState state{.phase = DROVER_TRY(read_phase(fields)),
                  .last_end_ms = DROVER_TRY(read_time(fields, "last_end_ms"))};
  state.last_start_ms = DROVER_TRY(read_time(fields, "last_start_ms", state.last_end_ms));
  if (state.phase == Phase::pending)
    state.since_ms = DROVER_TRY(read_time(fields, "since_ms", state.last_start_ms));
  if (state.phase == Phase::firing) {
    state.since_ms = DROVER_TRY(read_time(fields, "since_ms"));
    state.fired_ms = DROVER_TRY(read_time(fields, "fired_ms"));
    if (fields.has("resolving_since_ms"))
      state.resolving_since_ms = DROVER_TRY(read_time(fields, "resolving_since_ms", state.last_start_ms));
  }
  DROVER_TRY(fields.done());
  return state;
}

}  // namespace drover::policy
