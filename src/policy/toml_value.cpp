#include "policy/toml_value.h"

#include <fmt/format.h>

#include <cmath>

#include "base/clock.h"

namespace drover::policy {

using std::chrono::milliseconds;

Place place_of(const toml::node& node) { return {node.source().begin.line, node.source().begin.column}; }
Place place_of(const toml::key& key) { return {key.source().begin.line, key.source().begin.column}; }

Result<milliseconds> read_duration(const toml::node& node, std::string_view key, milliseconds min,
                                   milliseconds max) {
  const auto text = node.value_exact<std::string_view>();
  if (!text) return bad_at(place_of(node), fmt::format("{}: a duration such as \"10m\" is needed", key));
  const auto value = parse_duration(*text);
  if (value && *value >= min && *value <= max) return *value;
  return bad_at(place_of(node),
                fmt::format("{}: \"{}\" is not a duration between {} and {}", key, text->substr(0, 40),
                            min.count() == 0 ? "0s" : "1ms", max == kDurationMax ? "90d" : "1d"));
}

Result<std::uint64_t> read_count(const toml::node& node, std::string_view key, std::uint64_t min,
                                 std::uint64_t max) {
  const auto value = node.value_exact<std::int64_t>();
  if (value && *value >= 0 && static_cast<std::uint64_t>(*value) >= min &&
      static_cast<std::uint64_t>(*value) <= max)
    return static_cast<std::uint64_t>(*value);
  return bad_at(place_of(node), fmt::format("{}: a whole number from {} to {} is needed", key, min, max));
}

Result<double> read_number(const toml::node& node, std::string_view key, double min, double max) {
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (value && std::isfinite(*value) && *value >= min && *value <= max) return *value;
  return bad_at(place_of(node), fmt::format("{}: a number from {} to {} is needed", key, min, max));
}

Result<bool> read_flag(const toml::node& node, std::string_view key) {
  const auto value = node.value_exact<bool>();
  if (!value) return bad_at(place_of(node), fmt::format("{}: true or false is needed", key));
  return *value;
}

Result<PlacedText> read_text(const toml::node& node, std::string_view key, std::size_t bytes_max) {
  const auto text = node.value_exact<std::string_view>();
  if (!text || text->empty() || text->size() > bytes_max)
    return bad_at(place_of(node), fmt::format("{}: a text of 1 to {} bytes is needed", key, bytes_max));
  return PlacedText{.text = std::string(*text), .at = place_of(node)};
}

Result<std::vector<PlacedText>> read_texts(const toml::node& node, std::string_view key,
                                           std::string_view example, std::size_t count_max,
                                           std::size_t bytes_max) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty() || list->size() > count_max)
    return bad_at(place_of(node),
                  fmt::format("{}: a list of 1 to {} texts such as {} is needed", key, count_max, example));
  std::vector<PlacedText> texts;
  for (const toml::node& each : *list) texts.push_back(DROVER_TRY(read_text(each, key, bytes_max)));
  return texts;
}

}  // namespace drover::policy
