#include "policy/read_named.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace drover::policy {
namespace {

std::optional<Action> action_named(std::string_view text) {
  for (const Action action : {Action::alert, Action::rollback, Action::hold, Action::retrain})
    if (name(action) == text) return action;
  return std::nullopt;
}

bool is_in_names(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

Result<std::string> read_name(const toml::node& node, std::string_view key) {
  const auto text = node.value_exact<std::string_view>();
  if (text && !text->empty() && text->size() <= kNamedBytesMax && std::ranges::all_of(*text, is_in_names))
    return std::string(*text);
  return bad_at(place_of(node), fmt::format("{}: 1 to {} of a-z, 0-9 and - are needed", key, kNamedBytesMax));
}

Result<Actions> read_actions(const toml::node& node, std::string_view key) {
  Actions actions;
  for (const PlacedText& each : DROVER_TRY(read_texts(node, key, R"(["alert", "rollback"])", kActions, 16))) {
    const auto action = action_named(each.text);
    if (!action)
      return bad_at(each.at,
                    fmt::format("{}: there is no action \"{}\"; there are alert, rollback, hold and retrain",
                                key, each.text));
    if (actions.has(*action)) return bad_at(each.at, fmt::format("{}: \"{}\" stands twice", key, each.text));
    actions.add(*action);
  }
  return actions;
}

Result<const toml::array*> read_tables(const toml::node& node, std::string_view key, std::size_t count_max) {
  const toml::array* list = node.as_array();
  if (list == nullptr || std::ranges::any_of(*list, [](const toml::node& each) { return !each.is_table(); }))
    return bad_at(place_of(node), fmt::format("{0}: tables [[{0}]] are needed", key));
  if (list->size() > count_max)
    return bad_at(place_of(*list->get(count_max)), fmt::format("{}: at most {} are allowed", key, count_max));
  return list;
}

Status require(const toml::table& table, std::string_view name,
               std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (!table.contains(key)) return bad_at(place_of(table), fmt::format("{}: {} is missing", name, key));
  return {};
}

}  // namespace drover::policy
