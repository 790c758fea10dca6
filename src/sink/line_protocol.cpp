#include "sink/line_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace drover::sink {
namespace {

/// `specials` with a backslash before each; no control characters.
std::string escaped(std::string_view text, std::string_view specials) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\0') {
      continue;
    } else {
      if (specials.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

/// A backslash before a separator would make it a part of the name, and there is no way to escape one.
std::string without_end(std::string text) {
  text.resize(text.find_last_not_of('\\') + 1);
  return text;
}

std::string name_of(std::string_view text) { return without_end(escaped(text, ",= ")); }
std::string measurement_of(std::string_view text) { return without_end(escaped(text, ", ")); }

/// In quotes a backslash, too, can be escaped: so a line's end is told from a backslash and an n.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += c == '\n' ? "\\\\n" : "\\\\r";
    } else if (c != '\0') {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

struct FieldText {
  std::string operator()(double value) const {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string();
  }
  std::string operator()(std::int64_t value) const { return fmt::format("{}i", value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return in_quotes(value); }
};

}  // namespace

bool append_line(std::string& lines, const Point& point) {
  std::string fields;
  for (const auto& [name, value] : point.fields) {
    const std::string text = std::visit(FieldText(), value);
    if (const std::string key = name_of(name); !text.empty() && !key.empty())
      fields += fmt::format("{}{}={}", fields.empty() ? "" : ",", key, text);
  }
  if (fields.empty()) return false;
  lines += measurement_of(point.measurement);
  for (const auto& [name, value] : point.tags)
    if (const std::string key = name_of(name), text = name_of(value); !key.empty() && !text.empty())
      lines += fmt::format(",{}={}", key, text);
  lines += fmt::format(" {} {}\n", fields, point.time_ns);
  return true;
}

std::size_t count_lines(std::string_view lines) {
  return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
}

}  // namespace drover::sink
