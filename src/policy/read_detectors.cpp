#include <array>

#include "policy/read_named.h"
#include "policy/read_parts.h"
#include "policy/toml_option.h"

namespace drover::policy {
namespace {

constexpr std::size_t kOnMax = drift::kFeaturesMax + 1;

Result<std::string> read_kind(const toml::node& node, std::string_view key) {
  const PlacedText text = DROVER_TRY(read_text(node, key, kNamedBytesMax));
  const auto kind = drift::detector_kind(text.text);
  if (!kind) return bad_at(text.at, fmt::format("{}: {}", key, kind.error().message));
  return text.text;
}

Status read_on(const toml::node& node, DetectorChoice& into) {
  into.on.clear();
  for (const PlacedText& each :
       DROVER_TRY(read_texts(node, "on", R"(["sharpness", "confidence"])", kOnMax, kNameBytesMax))) {
    if (std::ranges::find(into.on, each.text) != into.on.end())
      return bad_at(each.at, fmt::format("on: \"{}\" stands twice", each.text));
    into.on.push_back(each.text);
    into.on_at.each.push_back(each.at);
  }
  if (into.on.size() > 1 && std::ranges::find(into.on, kAll) != into.on.end())
    return bad_at(place_of(node), "on: \"*\" is all there is and stands alone");
  return {};
}

/// Whether the kind has these settings is seen when the whole table is read.
Status read_set(const toml::node& node, DetectorChoice& into) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return bad_at(place_of(node), "set: a table such as { alpha = 0.01 } is needed");
  into.settings_at = place_of(node);
  for (const auto& [key, value] : *table) {
    const auto number = value.is_number() ? value.value<double>() : std::nullopt;
    if (!number) return bad_at(place_of(value), fmt::format("set: {}: a number is needed", key.str()));
    into.settings.emplace(key.str(), *number);
  }
  return {};
}

const auto& detector_options() {
  using namespace option;
  static const std::array options = {
      of("name", &DetectorChoice::name, read_name), of("detector", &DetectorChoice::kind, read_kind),
      Option<DetectorChoice>{"on", read_on},        Option<DetectorChoice>{"set", read_set},
      flag("thin", &DetectorChoice::thin),          of("action", &DetectorChoice::actions, read_actions),
  };
  return options;
}

Status check_settings(const toml::table& table, const DetectorChoice& choice) {
  const toml::table* set = table["set"].as_table();
  if (set == nullptr) return {};
  const drift::DetectorKind& kind = *DROVER_TRY(drift::detector_kind(choice.kind));
  for (const auto& [key, value] : *set) {
    const Status checked = drift::check_setting(kind, key.str(), choice.settings.find(key.str())->second);
    if (!checked) return bad_at(place_of(key), fmt::format("set: {}", checked.error().message));
  }
  return {};
}

Status check_streams(const DetectorChoice& choice) {
  if (!takes_errors(choice)) return {};
  for (std::size_t i = 0; i < choice.on_at.each.size(); ++i)
    if (choice.on[i] != kAll && choice.on[i] != kFailedStream && choice.on[i] != kWrongStream)
      return bad_at(choice.on_at.each[i],
                    fmt::format("on: detector {} takes errors, so \"failed\", \"wrong\" or \"*\" is needed",
                                choice.kind));
  return {};
}

}  // namespace

Status read_detectors(const toml::node& node, Policy& policy) {
  policy.detectors.clear();
  for (const toml::node& each : *DROVER_TRY(read_tables(node, "detector", kDetectorsMax))) {
    const toml::table& table = *each.as_table();
    DetectorChoice choice{.at = place_of(each)};
    DROVER_TRY(read_table(each, "detector", detector_options(), choice));
    DROVER_TRY(require(table, "detector", {"name"}));
    DROVER_TRY(check_settings(table, choice));
    DROVER_TRY(check_streams(choice));
    policy.detectors.push_back(std::move(choice));
  }
  return {};
}

}  // namespace drover::policy
