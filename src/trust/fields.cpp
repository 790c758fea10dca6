#include "trust/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace drover::trust::fields {

Result<const json*> object(const json& value, std::string_view what) {
  if (!value.is_object()) return bad(fmt::format("{} is not an object", what));
  return &value;
}

Result<const json*> member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return bad(fmt::format("member \"{}\" is missing", name));
  return &*found;
}

Result<const json*> object_at(const json& value, const char* name) {
  const json* found = DROVER_TRY(member(value, name));
  return object(*found, fmt::format("member \"{}\"", name));
}

Result<std::string> text_at(const json& object, const char* name) {
  const json* value = DROVER_TRY(member(object, name));
  if (!value->is_string()) return bad(fmt::format("member \"{}\" is not text", name));
  return value->get<std::string>();
}

Result<bool> bool_at(const json& object, const char* name) {
  const json* value = DROVER_TRY(member(object, name));
  if (!value->is_boolean()) return bad(fmt::format("member \"{}\" is neither true nor false", name));
  return value->get<bool>();
}

Result<std::int64_t> integer_at(const json& object, const char* name, std::int64_t min) {
  const json* value = DROVER_TRY(member(object, name));
  const bool fits = value->is_number_unsigned()
                        ? value->get<std::uint64_t>() <=
                              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                        : value->is_number_integer();
  if (!fits || value->get<std::int64_t>() < min)
    return bad(fmt::format("member \"{}\" is not a whole number of at least {}", name, min));
  return value->get<std::int64_t>();
}

Result<std::vector<std::string>> texts_at(const json& object, const char* name) {
  const json* value = DROVER_TRY(member(object, name));
  if (!value->is_array() || !std::ranges::all_of(*value, [](const json& one) { return one.is_string(); }))
    return bad(fmt::format("member \"{}\" is not a list of texts", name));
  return value->get<std::vector<std::string>>();
}

json unknown(const json& object, std::initializer_list<std::string_view> known) {
  json rest = json::object();
  for (const auto& [name, value] : object.items())
    if (std::ranges::find(known, name) == known.end()) rest[name] = value;
  return rest;
}

}  // namespace drover::trust::fields
