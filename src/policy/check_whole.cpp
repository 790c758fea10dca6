#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "policy/read_parts.h"

namespace drover::policy {
namespace {

bool has_detector(const Policy& policy, std::string_view name) {
  if (name == kAll) return !policy.detectors.empty();
  return std::ranges::find(policy.detectors, name, &DetectorChoice::name) != policy.detectors.end();
}

bool has_rule(const Policy& policy, std::string_view name) {
  return std::ranges::find(policy.rules, name, &Rule::name) != policy.rules.end();
}

Status check_term(const Policy& policy, const Term& term, Place at) {
  if (term.function != Function::drift || has_detector(policy, term.of)) return {};
  return bad_at(
      at, term.of == kAll ? "there is no detector" : fmt::format("there is no detector \"{}\"", term.of));
}

Status check_retraining(const Policy& policy, const Actions& actions, std::string_view name, Place at) {
  if (policy.retrain || !actions.has(Action::retrain)) return {};
  return bad_at(at, fmt::format("{} retrains, and there is no [retrain] that says how", name));
}

Status check_overridable(const Policy& policy) {
  const Overridable& overridable = policy.overridable;
  for (std::size_t i = 0; i < overridable.names.size(); ++i) {
    const std::string& name = overridable.names[i];
    if (name != kAll && !has_rule(policy, name) && !has_detector(policy, name))
      return bad_at(overridable.at.each[i], fmt::format("rules: there is no rule or detector \"{}\"", name));
  }
  return {};
}

}  // namespace

Status check_names(const Policy& policy) {
  std::set<std::string_view> names;
  const auto is_new = [&](const auto& each) -> Status {
    if (names.insert(each.name).second) return {};
    return bad_at(each.at, fmt::format("the name {} stands twice", each.name));
  };
  for (const DetectorChoice& detector : policy.detectors) DROVER_TRY(is_new(detector));
  for (const Rule& rule : policy.rules) DROVER_TRY(is_new(rule));
  return {};
}

Status check_whole(const Policy& policy) {
  DROVER_TRY(check_names(policy));
  for (const Rule& rule : policy.rules) {
    DROVER_TRY(check_term(policy, rule.when.term, rule.when_of_at));
    DROVER_TRY(check_term(policy, rule.resolve.term, rule.resolve_of_at));
    DROVER_TRY(check_retraining(policy, rule.actions, rule.name, rule.at));
  }
  for (const DetectorChoice& detector : policy.detectors)
    DROVER_TRY(check_retraining(policy, detector.actions, detector.name, detector.at));
  return check_overridable(policy);
}

}  // namespace drover::policy
