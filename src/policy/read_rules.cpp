#include <array>

#include "policy/condition_reader.h"
#include "policy/read_named.h"
#include "policy/read_parts.h"
#include "policy/toml_option.h"

namespace drover::policy {
namespace {

using std::chrono::milliseconds;

/// A condition and the place of what stands in its brackets. A fault is told at its own place in the
/// document.
Option<Rule> condition(std::string_view key, Condition Rule::* member, Place Rule::* of_at,
                       std::string_view document) {
  return {key, [=](const toml::node& node, Rule& into) -> Status {
            const PlacedText text = DROVER_TRY(read_text(node, key, kConditionBytesMax));
            const ConditionRead read = read_condition(text.text);
            if (!read.condition)
              return bad_at(place_in_string(document, text.at, read.fault_at),
                            fmt::format("{}: {}", key, read.condition.error().message));
            into.*member = *read.condition;
            into.*of_at = place_in_string(document, text.at, read.of_at);
            return {};
          }};
}

auto rule_options(std::string_view document) {
  using namespace option;
  return std::array{
      of("name", &Rule::name, read_name),
      condition("when", &Rule::when, &Rule::when_of_at, document),
      duration("for", &Rule::lasting, milliseconds(0)),
      condition("resolve", &Rule::resolve, &Rule::resolve_of_at, document),
      duration("keep_firing_for", &Rule::keep_firing_for, milliseconds(0)),
      duration("over", &Rule::over, milliseconds(0), kOverMax),
      count("min_samples", &Rule::min_samples, 1),
      of("action", &Rule::actions, read_actions),
  };
}

Status read_resolve(const toml::node* resolve, Rule& rule) {
  if (resolve == nullptr) {
    rule.resolve = negation(rule.when);
    rule.resolve_of_at = rule.when_of_at;
  } else if (overlap(rule.when, rule.resolve)) {
    return bad_at(place_of(*resolve), fmt::format("resolve: \"{}\" can hold while \"{}\" does",
                                                  to_string(rule.resolve), to_string(rule.when)));
  }
  return {};
}

}  // namespace

Status read_rules(const toml::node& node, std::string_view document, Policy& policy) {
  const auto options = rule_options(document);
  for (const toml::node& each : *DROVER_TRY(read_tables(node, "rule", kRulesMax))) {
    const toml::table& table = *each.as_table();
    Rule rule{.at = place_of(each)};
    DROVER_TRY(read_table(each, "rule", options, rule));
    DROVER_TRY(require(table, "rule", {"name", "when"}));
    DROVER_TRY(read_resolve(table.get("resolve"), rule));
    if (rule.when.term.function == Function::drift && !rule.when.negated && rule.lasting.count() > 0)
      return bad_at(place_of(*table.get("for")), "for: an alarm is a moment; keep_firing_for keeps it up");
    if (!table.contains("min_samples") && is_distance(rule.when.term.function))
      rule.min_samples = kDistanceSamples;
    policy.rules.push_back(std::move(rule));
  }
  return {};
}

}  // namespace drover::policy
