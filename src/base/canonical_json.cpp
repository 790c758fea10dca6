#include "base/canonical_json.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include <nlohmann/json.hpp>

namespace drover {
namespace {

using nlohmann::json;

/// Watches for duplicate keys while nlohmann's parser builds the document.
class Guard {
 public:
  bool operator()(int /*depth*/, json::parse_event_t event, json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
        keys_.emplace_back();
        break;
      case json::parse_event_t::object_end:
        keys_.pop_back();
        break;
      case json::parse_event_t::key:
        if (const auto& key = parsed.get_ref<const std::string&>();
            !keys_.back().insert(key).second && problem_.empty())
          problem_ = fmt::format("the key \"{}\" stands twice in one object", key.substr(0, 80));
        break;
      default:
        break;
    }
    return true;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string problem_;
};

/// Before the parser sees the text: its recursion, and the guard's keys, are bounded by this.
std::optional<std::string> too_deep(std::string_view text, int depth_max) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > depth_max) return fmt::format("nested deeper than {} levels at byte {}", depth_max, i);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return std::nullopt;
}

std::string place(std::string_view text, std::size_t byte) {
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    ++column;
    if (text[i] == '\n') ++line, column = 1;
  }
  return fmt::format("line {}, column {}", line, column);
}

void write_string(std::string& out, const std::string& text) {
  out.push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

Status write(std::string& out, const json& value) {
  switch (value.type()) {
    case json::value_t::object: {
      out.push_back('{');
      bool first = true;
      for (const auto& [key, member] : value.items()) {  // json's std::map keeps keys in byte order
        if (!first) out.push_back(',');
        first = false;
        write_string(out, key);
        out.push_back(':');
        DROVER_TRY(write(out, member));
      }
      out.push_back('}');
      return {};
    }
    case json::value_t::array: {
      out.push_back('[');
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i != 0) out.push_back(',');
        DROVER_TRY(write(out, value[i]));
      }
      out.push_back(']');
      return {};
    }
    case json::value_t::string:
      write_string(out, value.get_ref<const std::string&>());
      return {};
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::boolean:
    case json::value_t::null:
      out += value.dump();
      return {};
    default:
      return fail(Code::bad_json, "canonical JSON has integers only, no floating-point numbers");
  }
}

}  // namespace

Result<json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max)
    return fail(Code::too_large,
                fmt::format("{} bytes of JSON, at most {} allowed", text.size(), limits.bytes_max));
  if (text.starts_with("\xEF\xBB\xBF"))
    return fail(Code::bad_json, "line 1, column 1: starts with a byte-order mark");
  if (auto problem = too_deep(text, limits.depth_max)) return fail(Code::bad_json, *problem);
  Guard guard;
  try {
    json value = json::parse(text, std::ref(guard));
    if (!guard.problem().empty()) return fail(Code::bad_json, guard.problem());
    return value;
  } catch (const json::parse_error& error) {
    return fail(Code::bad_json, fmt::format("{}: not valid JSON", place(text, error.byte)));
  } catch (const json::exception& error) {
    return fail(Code::bad_json, fmt::format("not valid JSON: {}", error.what()));
  }
}

Result<std::string> canonical_json(const json& value) {
  std::string out;
  DROVER_TRY(write(out, value));
  return out;
}

}  // namespace drover
