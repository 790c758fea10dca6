#include "repo/layout.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "base/json_fields.h"

namespace drover::repo {
namespace {

using nlohmann::json;

std::unexpected<Error> bad(std::string_view path, std::string_view why) {
  return fail(Code::bad_metadata, fmt::format("{}: {}", path, why));
}

std::map<std::string, std::string> texts_of(const json& object, const char* name) {
  std::map<std::string, std::string> texts;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_object()) return texts;
  for (const auto& [key, value] : found->items())
    texts[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return texts;
}

std::optional<UnixTime> time_of(const json& object, const char* name) {
  const Result<UnixTime> time = parse_time(text_or(object, name, ""));
  return time ? std::optional(*time) : std::nullopt;
}

/// Without the directory: what stands after the last slash.
std::size_t name_begins(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

}  // namespace

std::string TargetInfo::file_path() const {
  if (!consistent || hashes.empty()) return path;
  const std::string& prefix = sha256 ? hashes.at("sha256") : hashes.begin()->second;
  std::string text = path;
  return text.insert(name_begins(path), prefix + ".");
}

std::string model_target_path(const ModelName& model, const Version& version, std::string_view variant) {
  return fmt::format("models/{0}/{1}/{0}-{1}{2}{3}.drover", model.str(), version.str(),
                     variant.empty() ? "" : "+", variant);
}

std::string channel_target_path(const ModelName& model, std::string_view channel) {
  return fmt::format("channels/{}/{}.json", model.str(), channel);
}

Result<ModelTarget> parse_model_target(const TargetInfo& target) {
  const json custom = DROVER_TRY(parse_json(target.custom).in(target.path));
  const auto found = custom.is_object() ? custom.find("drover") : custom.end();
  if (found == custom.end() || !found->is_object()) return bad(target.path, "has no custom.drover");
  ModelTarget model;
  model.model = DROVER_TRY(ModelName::parse(text_or(*found, "model", "")).in(target.path));
  model.version = DROVER_TRY(Version::parse(text_or(*found, "version", "")).in(target.path));
  model.variant = text_or(*found, "variant", "");
  model.requirements = texts_of(*found, "requires");
  model.released = text_or(*found, "released", "");
  model.notes = text_or(*found, "notes", "");
  if (const auto size = found->find("size_unpacked"); size != found->end() && size->is_number_unsigned())
    model.size_unpacked = size->get<std::uint64_t>();
  model.issued = time_of(*found, "issued");
  if (model_target_path(model.model, model.version, model.variant) != target.path)
    return bad(target.path, "custom.drover names another model, version or variant");
  model.target = target;
  return model;
}

std::string to_custom(const ModelTarget& target) {
  json drover = {
      {"model", target.model.str()},          {"version", target.version.str()}, {"variant", target.variant},
      {"requires", target.requirements},      {"released", target.released},     {"notes", target.notes},
      {"size_unpacked", target.size_unpacked}};
  if (target.issued) drover["issued"] = format_time(*target.issued);
  return json{{"drover", std::move(drover)}}.dump();
}

Result<ChannelPointer> parse_channel(std::string_view text) {
  const json value = DROVER_TRY(parse_json(text, {.bytes_max = 4096}));
  const auto schema = value.is_object() ? value.find("schema") : value.end();
  if (schema == value.end() || *schema != 1) return bad("channel", "is not of schema 1");
  ChannelPointer pointer;
  pointer.model = DROVER_TRY(ModelName::parse(text_or(value, "model", "")).in("channel"));
  pointer.channel = text_or(value, "channel", "");
  pointer.version = DROVER_TRY(Version::parse(text_or(value, "version", "")).in("channel"));
  pointer.issued = DROVER_TRY(parse_time(text_or(value, "issued", "")).in("channel"));
  return pointer;
}

std::string to_text(const ChannelPointer& pointer) {
  const json value = {{"schema", 1},
                      {"model", pointer.model.str()},
                      {"channel", pointer.channel},
                      {"version", pointer.version.str()},
                      {"issued", format_time(pointer.issued)}};
  return value.dump() + "\n";
}

}  // namespace drover::repo
