#include "policy/retrain_budget.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "policy/rule_state.h"

namespace drover::policy {
namespace {

using nlohmann::json;

constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;

/// What still counts now.
RetrainState settled(RetrainState state, std::int64_t now_ms) {
  for (std::int64_t& asked : state.asked_ms) asked = std::min(asked, now_ms);
  while (state.asked_ms.size() > 1 && now_ms - state.asked_ms.front() >= kDayMs)
    state.asked_ms.erase(state.asked_ms.begin());
  return state;
}

/// How long the last `count` of them forbid another one within `span_ms`; 0 where they are fewer.
std::int64_t wait_of(const RetrainState& state, std::uint64_t count, std::int64_t span_ms,
                     std::int64_t now_ms) {
  if (state.asked_ms.size() < count) return 0;
  return std::max<std::int64_t>(
      0, span_ms - (now_ms - *(state.asked_ms.end() - static_cast<std::ptrdiff_t>(count))));
}

}  // namespace

RetrainDecision may_retrain(const RetrainState& state, const Retrain& retrain, std::int64_t now_ms) {
  now_ms = std::clamp<std::int64_t>(now_ms, 0, kTimeMaxMs);
  RetrainDecision decision{.next = settled(state, now_ms)};
  const std::int64_t debounced = wait_of(decision.next, 1, retrain.debounce.count(), now_ms);
  const std::int64_t spent = wait_of(decision.next, retrain.daily_budget, kDayMs, now_ms);
  decision.wait_ms = std::max(debounced, spent);
  if (decision.wait_ms == 0)
    decision.next.asked_ms.push_back(now_ms);
  else
    decision.answer = spent > 0 ? RetrainAnswer::spent : RetrainAnswer::debounced;
  return decision;
}

std::string_view name(RetrainAnswer answer) {
  constexpr std::array<std::string_view, 3> names = {"yes", "debounced", "spent"};
  return names.at(static_cast<std::size_t>(answer));
}

json to_json(const RetrainState& state) { return {{"asked_ms", state.asked_ms}}; }

Result<RetrainState> retrain_state_from_json(const json& from) {
  JsonFields fields = DROVER_TRY(JsonFields::of(from, "", Code::bad_state));
  RetrainState state;
  for (const json& each : *DROVER_TRY(fields.array("asked_ms", kDailyBudgetMax + 1))) {
    if (!each.is_number_unsigned() || each.get<std::uint64_t>() > static_cast<std::uint64_t>(kTimeMaxMs))
      return fields.bad("asked_ms", "times in ms since 1970 expected");
    state.asked_ms.push_back(each.get<std::int64_t>());
  }
  if (!std::ranges::is_sorted(state.asked_ms)) return fields.bad("asked_ms", "the oldest first expected");
  DROVER_TRY(fields.done());
  return state;
}

}  // namespace drover::policy
