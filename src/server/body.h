#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace drover::server {

/// A request body that is a JSON object, and its members by name. Errors: bad_json naming the member.
class Body {
 public:
  static Result<Body> parse(const std::string& text);
  [[nodiscard]] Result<std::string> text(const char* name) const;
  [[nodiscard]] Result<std::optional<std::string>> optional_text(const char* name) const;
  [[nodiscard]] Result<std::uint64_t> number(const char* name, std::uint64_t when_absent,
                                             std::uint64_t most) const;
  [[nodiscard]] Result<bool> flag(const char* name) const;
  /// An object of texts; null gives "".
  [[nodiscard]] Result<std::map<std::string, std::string>> texts(const char* name) const;

 private:
  explicit Body(nlohmann::json document) : document_(std::move(document)) {}
  nlohmann::json document_;
};

}  // namespace drover::server
