#include "base/json_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace drover {

using nlohmann::json;

std::string text_or(const nlohmann::json& object, const char* key, const char* otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

std::string numbers_text(const nlohmann::json& object) {
  std::string text;
  if (!object.is_object()) return text;
  for (const auto& [key, value] : object.items())
    if (value.is_number())
      text += fmt::format("{}{} {:.6g}", text.empty() ? "" : ", ", key, value.get<double>());
  return text;
}

Result<JsonFields> JsonFields::of(const json& value, std::string place, Code code) {
  if (!value.is_object())
    return fail(code, fmt::format("{}: an object expected", place.empty() ? "the document" : place));
  return JsonFields(value, std::move(place), code);
}

std::string JsonFields::at(std::string_view key) const {
  return place_.empty() ? std::string(key) : fmt::format("{}.{}", place_, key);
}

std::unexpected<Error> JsonFields::bad(std::string_view key, std::string_view what) const {
  return fail(code_, fmt::format("{}: {}", at(key), what));
}

bool JsonFields::has(std::string_view key) const { return value_->contains(key); }

Result<const json*> JsonFields::value(std::string_view key) {
  asked_.emplace(key);
  const auto found = value_->find(key);
  if (found == value_->end()) return bad(key, "missing");
  return &*found;
}

Result<std::string> JsonFields::text(std::string_view key, std::size_t bytes_max) {
  const json* found = DROVER_TRY(value(key));
  if (!found->is_string()) return bad(key, "a string expected");
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > bytes_max)
    return bad(key, fmt::format("{} bytes, at most {} allowed", text.size(), bytes_max));
  return text;
}

Result<std::uint64_t> JsonFields::unsigned_number(std::string_view key, std::uint64_t max) {
  const json* found = DROVER_TRY(value(key));
  // A document made here may hold a signed one where the parser gives an unsigned one.
  const bool is_signed = found->is_number_integer() && !found->is_number_unsigned();
  if (!found->is_number_integer() || (is_signed && found->get<std::int64_t>() < 0))
    return bad(key, "a whole number of 0 or more expected");
  const auto number = found->get<std::uint64_t>();
  if (number > max) return bad(key, fmt::format("{}, at most {} allowed", number, max));
  return number;
}

Result<double> JsonFields::number(std::string_view key) {
  const json* found = DROVER_TRY(value(key));
  if (!found->is_number()) return bad(key, "a number expected");
  return found->get<double>();
}

Result<bool> JsonFields::boolean(std::string_view key) {
  const json* found = DROVER_TRY(value(key));
  if (!found->is_boolean()) return bad(key, "true or false expected");
  return found->get<bool>();
}

Result<const json*> JsonFields::object(std::string_view key, std::size_t count_max) {
  const json* found = DROVER_TRY(value(key));
  if (!found->is_object()) return bad(key, "an object expected");
  if (found->size() > count_max)
    return bad(key, fmt::format("{} members, at most {} allowed", found->size(), count_max));
  return found;
}

Result<const json*> JsonFields::array(std::string_view key, std::size_t count_max) {
  const json* found = DROVER_TRY(value(key));
  if (!found->is_array()) return bad(key, "an array expected");
  if (found->size() > count_max)
    return bad(key, fmt::format("{} elements, at most {} allowed", found->size(), count_max));
  return found;
}

Status JsonFields::done() {
  for (const auto& [key, unused] : value_->items())
    if (!asked_.contains(key)) return bad(key.substr(0, 80), "unknown");
  return {};
}

}  // namespace drover
