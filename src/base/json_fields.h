#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace drover {

/// A member's text; `otherwise` where there is none.
std::string text_or(const nlohmann::json& object, const char* key, const char* otherwise);

/// The numbers of an object for people: "cpu_pct 12.5, uptime_s 3600"; empty for anything else.
std::string numbers_text(const nlohmann::json& object);

/// Reads the members of one JSON object; every error carries `code` and names the place ("inputs[0].shape").
/// The object must outlive the reader.
class JsonFields {
 public:
  /// Fails when `value` is no object. `place` is empty for the document itself.
  static Result<JsonFields> of(const nlohmann::json& value, std::string place, Code code);

  [[nodiscard]] bool has(std::string_view key) const;
  /// The member, whatever it is; fails when there is none.
  Result<const nlohmann::json*> value(std::string_view key);
  /// A string of at most `bytes_max` bytes.
  Result<std::string> text(std::string_view key, std::size_t bytes_max = 1024);
  Result<std::uint64_t> unsigned_number(std::string_view key, std::uint64_t max = UINT64_MAX);
  Result<double> number(std::string_view key);
  Result<bool> boolean(std::string_view key);
  /// An object or an array of at most `count_max` members.
  Result<const nlohmann::json*> object(std::string_view key, std::size_t count_max);
  Result<const nlohmann::json*> array(std::string_view key, std::size_t count_max);
  /// Fails on a member that none of the calls above asked for.
  Status done();

  [[nodiscard]] std::string at(std::string_view key) const;
  [[nodiscard]] std::unexpected<Error> bad(std::string_view key, std::string_view what) const;

 private:
  JsonFields(const nlohmann::json& value, std::string place, Code code)
      : value_(&value), place_(std::move(place)), code_(code) {}

  const nlohmann::json* value_;
  std::string place_;
  Code code_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace drover
