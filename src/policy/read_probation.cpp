#include <array>

#include "policy/read_parts.h"
#include "policy/toml_option.h"

namespace drover::policy {
namespace {

Result<ProbationRule> read_rule(const toml::node& node, std::string_view key) {
  const auto text = node.value_exact<std::string_view>();
  for (const ProbationRule rule : {ProbationRule::plain, ProbationRule::guard})
    if (text == name(rule)) return rule;
  return bad_at(place_of(node), fmt::format("{}: \"plain\" or \"guard\" is needed", key));
}

const auto& probation_options() {
  using namespace option;
  static const std::array options = {
      duration("duration", &Probation::duration),
      count("min_samples", &Probation::min_samples),
      count("min_labels", &Probation::min_labels),
      number("max_increase", &Probation::max_increase, 0.0, 100.0),
      number("min_absolute", &Probation::min_absolute, 0.0, 1.0),
      number("confidence_drop_max", &Probation::confidence_drop_max, 0.0, 1.0),
      number("latency_increase_max", &Probation::latency_increase_max, 0.0, 1000.0),
      flag("drift", &Probation::drift),
      duration("adopt_within", &Probation::adopt_within),
      count("crash_max", &Probation::crash_max),
      of("rule", &Probation::rule, read_rule),
      number("alpha", &Probation::alpha, 1e-9, 0.5),
  };
  return options;
}

}  // namespace

std::string_view name(ProbationRule rule) { return rule == ProbationRule::guard ? "guard" : "plain"; }

Status read_probation(const toml::node& node, Policy& policy) {
  return read_table(node, "probation", probation_options(), policy.probation);
}

}  // namespace drover::policy
