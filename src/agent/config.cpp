#include "agent/config.h"

#include <fmt/format.h>

#include "base/toml.h"

namespace drover::agent {
namespace {

Error at(const toml::source_region& place, std::string_view message) {
  return {Code::bad_toml,
          fmt::format("line {}, column {}: {}", place.begin.line, place.begin.column, message)};
}

/// A single value as text, so that file, variable and flag go through the same setters.
Result<std::string> scalar(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return fmt::to_string(flag->get());
  return fail(at(node.source(), "expected one value: a string, a number, true or false"));
}

Result<FollowedModel> read_model(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return fail(at(node.source(), "expected [[model]] with name and channel"));
  FollowedModel model;
  for (const auto& [key, value] : *table) {
    const std::string text = DROVER_TRY(scalar(value));
    if (key == "name") {
      Result<ModelName> name = ModelName::parse(text);
      if (!name) return fail(at(value.source(), name.error().message));
      model.name = *name;
    } else if (key == "channel") {
      const Result<ModelName> channel = ModelName::parse(text);
      if (!channel) return fail(at(value.source(), channel.error().message));
      model.channel = text;
    } else {
      return fail(
          at(key.source(), fmt::format("\"{}\" is no key of [[model]]; it has name and channel", key.str())));
    }
  }
  if (model.name.str().empty()) return fail(at(table->source(), "[[model]] lacks its name"));
  return model;
}

Status read_models(const toml::node& node, Config& config) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return fail(at(node.source(), "write [[model]], once for each model"));
  for (const toml::node& entry : *list) {
    FollowedModel model = DROVER_TRY(read_model(entry));
    for (const FollowedModel& other : config.models)
      if (other.name == model.name)
        return fail(at(entry.source(), fmt::format("model {} stands here twice", model.name.str())));
    config.models.push_back(std::move(model));
  }
  return {};
}

Status read_labels(const toml::node& node, Config& config) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return fail(at(node.source(), "expected [labels] with KEY = \"VALUE\" lines"));
  for (const auto& [key, value] : *table) config.labels[std::string(key.str())] = DROVER_TRY(scalar(value));
  return {};
}

Status read_option(const toml::key& key, const toml::node& value, Config& config,
                   std::string_view prefix = "") {
  const std::string name = std::string(prefix) + std::string(key.str());
  for (const Option& option : options()) {
    if (option.key != name) continue;
    const std::string text = DROVER_TRY(scalar(value));
    const Status set = option.set(config, text);
    if (!set) return fail(at(value.source(), fmt::format("{}: {}", option.key, set.error().message)));
    return {};
  }
  return fail(
      at(key.source(), fmt::format("\"{}\" is not an option; drover-agent --help lists them", key.str())));
}

/// A table whose keys are options of that name before them: [influx] url is influx_url.
Status read_group(std::string_view prefix, const toml::node& node, Config& config) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return fail(at(node.source(), "expected a table of KEY = VALUE lines"));
  for (const auto& [key, value] : *table) DROVER_TRY(read_option(key, value, config, prefix));
  return {};
}

Status read_table(const toml::table& table, Config& config) {
  for (const auto& [key, value] : table) {
    if (key == "model")
      DROVER_TRY(read_models(value, config));
    else if (key == "labels")
      DROVER_TRY(read_labels(value, config));
    else if (key == "influx")
      DROVER_TRY(read_group("influx_", value, config));
    else
      DROVER_TRY(read_option(key, value, config));
  }
  return {};
}

}  // namespace

Status read_config(std::string_view text, Config& config) {
  if (text.size() > kConfigBytesMax)
    return fail(Code::too_large, fmt::format("a configuration has at most {} bytes, this has {}",
                                             kConfigBytesMax, text.size()));
  try {
    return read_table(toml::parse(text), config);
  } catch (const toml::parse_error& error) {
    return fail(at(error.source(), error.description()));
  }
}

}  // namespace drover::agent
