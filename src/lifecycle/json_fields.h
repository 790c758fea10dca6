#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"

namespace drover::lifecycle {

/// Reading of one key each. Errors: bad_state that names the key.

inline std::unexpected<Error> bad_field(std::string_view key, std::string_view what) {
  return fail(Code::bad_state, fmt::format("{}: {}", key, what));
}

inline Result<std::string> text_at(const nlohmann::json& from, const char* key) {
  const auto value = from.find(key);
  if (value == from.end() || !value->is_string()) return bad_field(key, "a text is needed");
  return value->get<std::string>();
}

inline Result<std::uint64_t> number_at(const nlohmann::json& from, const char* key) {
  const auto value = from.find(key);
  if (value == from.end() || !value->is_number_unsigned()) return bad_field(key, "a whole number is needed");
  return value->get<std::uint64_t>();
}

inline Result<bool> flag_at(const nlohmann::json& from, const char* key) {
  const auto value = from.find(key);
  if (value == from.end() || !value->is_boolean()) return bad_field(key, "true or false is needed");
  return value->get<bool>();
}

/// The text at `key` through `parse`.
template <class T>
Result<T> parsed_at(const nlohmann::json& from, const char* key, Result<T> (*parse)(std::string_view)) {
  auto value = parse(DROVER_TRY(text_at(from, key)));
  if (!value) return bad_field(key, value.error().message);
  return value;
}

inline Result<Version> version_at(const nlohmann::json& from, const char* key) {
  return parsed_at<Version>(from, key, Version::parse);
}
inline Result<Digest> digest_at(const nlohmann::json& from, const char* key) {
  return parsed_at<Digest>(from, key, parse_digest);
}
inline Result<UnixTime> time_at(const nlohmann::json& from, const char* key) {
  return parsed_at<UnixTime>(from, key, parse_time);
}

template <class T>
Result<T> object_at(const nlohmann::json& from, const char* key, Result<T> (*read)(const nlohmann::json&)) {
  const auto value = from.find(key);
  if (value == from.end() || !value->is_object()) return bad_field(key, "an object is needed");
  return read(*value).in(key);
}

template <class T>
Result<std::optional<T>> optional_at(const nlohmann::json& from, const char* key,
                                     Result<T> (*read)(const nlohmann::json&)) {
  if (!from.contains(key)) return std::optional<T>{};
  return std::optional<T>(DROVER_TRY(object_at(from, key, read)));
}

template <class T>
Result<std::vector<T>> list_at(const nlohmann::json& from, const char* key, std::size_t count_max,
                               Result<T> (*read)(const nlohmann::json&)) {
  std::vector<T> list;
  const auto value = from.find(key);
  if (value == from.end()) return list;
  if (!value->is_array()) return bad_field(key, "a list is needed");
  if (value->size() > count_max)
    return bad_field(key, fmt::format("{} entries, {} allowed", value->size(), count_max));
  for (const auto& each : *value) {
    if (!each.is_object()) return bad_field(key, "a list of objects is needed");
    list.push_back(DROVER_TRY(read(each).in(key)));
  }
  return list;
}

}  // namespace drover::lifecycle
