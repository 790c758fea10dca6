#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace drover {

/// Who is at fault, so that a caller can decide without knowing every code.
enum class Category : std::uint8_t { untrusted, unavailable, corrupt, refused, exhausted, internal };

/// One table for all of Drover: error_codes.def.
enum class Code : std::uint8_t {
#define X(name, category, meaning) name,
#include "base/error_codes.def"
#undef X
};

/// The wire name of a code, e.g. "bad_digest".
std::string_view name(Code code);
std::string_view name(Category category);
/// One sentence that says what the code means.
std::string_view meaning(Code code);
Category category(Code code);
/// The code with this wire name; Code::internal for an unknown one.
Code code_named(std::string_view name);

/// What went wrong: `message` says what, where and what to do; `context` names the outer places, outermost
/// first.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string context = {};

  /// The same error seen from one place further out ("defect-1.0.0.drover: manifest.json").
  [[nodiscard]] Error in(std::string_view place) && {
    context = context.empty() ? std::string(place) : std::string(place) + ": " + context;
    return std::move(*this);
  }
  [[nodiscard]] Category category() const { return drover::category(code); }
  /// "defect.drover: manifest.json: missing member: labels", for people.
  [[nodiscard]] std::string text() const { return context.empty() ? message : context + ": " + message; }
};

}  // namespace drover
