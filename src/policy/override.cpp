#include "policy/override.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy/policy.h"
#include "policy/read_parts.h"

namespace drover::policy {
namespace {

/// Puts each of `changed` in the place of the one of its name.
template <class Named>
Status replace(std::vector<Named>& signed_ones, std::vector<Named>& changed, const Overridable& overridable) {
  for (Named& each : changed) {
    const auto found = std::ranges::find(signed_ones, each.name, &Named::name);
    if (found == signed_ones.end())
      return bad_at(each.at, fmt::format("the version's policy has no {} to override", each.name));
    if (!overridable.has(each.name))
      return bad_at(each.at, fmt::format("the version's policy does not let {} be overridden", each.name));
    *found = std::move(each);
  }
  return {};
}

}  // namespace

bool Overridable::has(std::string_view name) const {
  return std::ranges::any_of(names, [&](const auto& each) { return each == name || each == kAll; });
}

Result<Policy> overridden(const Policy& policy, std::string_view toml) {
  Policy changed = DROVER_TRY(read_overrides(toml));
  Policy result = policy;
  DROVER_TRY(replace(result.rules, changed.rules, policy.overridable));
  DROVER_TRY(replace(result.detectors, changed.detectors, policy.overridable));
  DROVER_TRY(check_whole(result));
  return result;
}

}  // namespace drover::policy
