#include <array>

#include "policy/read_parts.h"
#include "policy/toml_option.h"

namespace drover::policy {
namespace {

Result<ProbationRule> read_rule(const toml::node& node, std::string_view key) {
  if (node.value_exact<std::string_view>() == "plain") return ProbationRule::plain;
  return bad_at(place_of(node), fmt::format("{}: \"plain\" is the only rule that this version knows", key));
}

const auto& probation_options() {
  using namespace option;
  static const std::array options = {
      duration("duration", &Probation::duration),
      count("min_samples", &Probation::min_samples),
      number("max_increase", &Probation::max_increase, 100.0),
      number("min_absolute", &Probation::min_absolute, 1.0),
      duration("adopt_within", &Probation::adopt_within),
      count("crash_max", &Probation::crash_max),
      of("rule", &Probation::rule, read_rule),
  };
  return options;
}

}  // namespace

std::string_view name(ProbationRule rule) {
  switch (rule) {
    case ProbationRule::plain:
      return "plain";
  }
  return "plain";
}

Status read_probation(const toml::node& node, Policy& policy) {
  return read_table(node, "probation", probation_options(), policy.probation);
}

}  // namespace drover::policy
