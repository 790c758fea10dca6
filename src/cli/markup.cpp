#include "cli/markup.h"

#include <cstdint>

namespace drover::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The bytes of the UTF-8 sequence at the front, 0 when it is none: no overlong forms, surrogates or values
/// beyond U+10FFFF (RFC 3629).
std::size_t sequence_bytes(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  if (at(0) < 0x80) return 1;
  if (at(0) >= 0xC2 && at(0) <= 0xDF) return follows(1) ? 2 : 0;
  if ((at(0) & 0xF0) == 0xE0) {
    if ((at(0) == 0xE0 && at(1) < 0xA0) || (at(0) == 0xED && at(1) > 0x9F)) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (at(0) >= 0xF0 && at(0) <= 0xF4) {
    if ((at(0) == 0xF0 && at(1) < 0x90) || (at(0) == 0xF4 && at(1) > 0x8F)) return 0;
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t bytes = sequence_bytes(text);
    const auto first = static_cast<std::uint8_t>(text.front());
    const bool control = bytes == 1 && (first < 0x20 || first == 0x7F) && text.front() != '\n';
    if (const std::string_view name = entity(text.front()); !name.empty())
      out += name;
    else if (bytes == 0 || control)
      out += kReplacement;
    else
      out += text.substr(0, bytes);
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return out;
}

}  // namespace drover::cli
