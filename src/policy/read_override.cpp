#include <array>

#include "policy/read_parts.h"
#include "policy/toml_option.h"

namespace drover::policy {
namespace {

constexpr std::size_t kNamesMax = kRulesMax + kDetectorsMax, kNameMax = 64;

Status read_names(const toml::node& node, Overridable& into) {
  for (PlacedText& each : DROVER_TRY(read_texts(node, "rules", R"(["*"])", kNamesMax, kNameMax))) {
    into.names.push_back(std::move(each.text));
    into.at.each.push_back(each.at);
  }
  return {};
}

}  // namespace

Status read_override(const toml::node& node, Policy& policy) {
  static const std::array options = {Option<Overridable>{"rules", read_names}};
  return read_table(node, "override", options, policy.overridable);
}

}  // namespace drover::policy
