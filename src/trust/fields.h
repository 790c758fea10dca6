#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"

/// Reading the members of a JSON object with errors (bad_metadata) that name the place.
namespace drover::trust::fields {

using nlohmann::json;

inline std::unexpected<Error> bad(std::string message) {
  return fail(Code::bad_metadata, std::move(message));
}

Result<const json*> object(const json& value, std::string_view what);
Result<const json*> member(const json& object, const char* name);
Result<const json*> object_at(const json& object, const char* name);
Result<std::string> text_at(const json& object, const char* name);
Result<bool> bool_at(const json& object, const char* name);
/// An integer of at least `min`; true and 1.0 are none.
Result<std::int64_t> integer_at(const json& object, const char* name, std::int64_t min);
Result<std::vector<std::string>> texts_at(const json& object, const char* name);
/// The members that are not among `known`.
json unknown(const json& object, std::initializer_list<std::string_view> known);

}  // namespace drover::trust::fields
