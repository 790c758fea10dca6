#include "server/body.h"

#include <fmt/format.h>

#include "base/canonical_json.h"

namespace drover::server {

using nlohmann::json;

Result<Body> Body::parse(const std::string& text) {
  json document = DROVER_TRY(parse_json(text));
  if (!document.is_object()) return fail(Code::bad_json, "the body must be a JSON object");
  return Body(std::move(document));
}

Result<std::string> Body::text(const char* name) const {
  auto found = DROVER_TRY(optional_text(name));
  if (!found) return fail(Code::bad_json, fmt::format("missing member: \"{}\"", name));
  return std::move(*found);
}

Result<std::optional<std::string>> Body::optional_text(const char* name) const {
  const auto found = document_.find(name);
  if (found == document_.end() || found->is_null()) return std::nullopt;
  if (!found->is_string()) return fail(Code::bad_json, fmt::format("\"{}\" must be a text", name));
  return found->get<std::string>();
}

Result<std::uint64_t> Body::number(const char* name, std::uint64_t when_absent, std::uint64_t most) const {
  const auto found = document_.find(name);
  if (found == document_.end() || found->is_null()) return when_absent;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most)
    return fail(Code::bad_json, fmt::format("\"{}\" must be a whole number up to {}", name, most));
  return found->get<std::uint64_t>();
}

Result<bool> Body::flag(const char* name) const {
  const auto found = document_.find(name);
  if (found == document_.end() || found->is_null()) return false;
  if (!found->is_boolean()) return fail(Code::bad_json, fmt::format("\"{}\" must be true or false", name));
  return found->get<bool>();
}

Result<std::map<std::string, std::string>> Body::texts(const char* name) const {
  std::map<std::string, std::string> made;
  const auto found = document_.find(name);
  if (found == document_.end() || found->is_null()) return made;
  if (!found->is_object()) return fail(Code::bad_json, fmt::format("\"{}\" must be an object", name));
  if (found->size() > 64) return fail(Code::too_many, fmt::format("\"{}\" has more than 64 members", name));
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string() && !value.is_null())
      return fail(Code::bad_json, fmt::format("\"{}.{}\" must be a text, or null to remove it", name, key));
    if (key.empty() || key.size() > 64 ||
        (value.is_string() && value.get_ref<const std::string&>().size() > 256))
      return fail(Code::bad_json,
                  fmt::format("\"{}\": a name has 1 to 64 bytes and its value up to 256", name));
    made[key] = value.is_string() ? value.get<std::string>() : std::string();
  }
  return made;
}

}  // namespace drover::server
