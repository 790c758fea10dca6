#include "policy/place.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::policy {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }
bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

/// Goes through the document, counting lines and columns.
class Walk {
 public:
  Walk(std::string_view rest, Place place) : rest_(rest), place_(place) {}

  [[nodiscard]] Place place() const { return place_; }
  [[nodiscard]] bool at(std::string_view text) const { return rest_.starts_with(text); }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  void skip(std::size_t bytes) {
    for (; bytes > 0 && !rest_.empty(); --bytes, rest_.remove_prefix(1)) {
      if (rest_.front() == '\n')
        ++place_.line, place_.column = 1;
      else if (rest_.size() < 2 || begins_character(rest_[1]))
        ++place_.column;
    }
  }
  /// Skips an escape; how many bytes of the value it makes.
  std::size_t skip_escape() {
    const char kind = rest_.size() > 1 ? rest_[1] : '\0';
    const std::size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : kind == 'x' ? 2 : 0;
    std::uint32_t character = 0;
    for (const char digit : rest_.substr(std::min<std::size_t>(2, rest_.size()), digits))
      character =
          character * 16 + static_cast<std::uint32_t>(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
    skip(2 + digits);
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  }
  /// Skips a \ at a line's end, and all white space after it: nothing of the value.
  void skip_continuations() {
    while (rest_.size() > 1 && rest_[0] == '\\' && is_space(rest_[1])) {
      skip(1);
      while (!at_end() && is_space(rest_.front())) skip(1);
    }
  }

 private:
  std::string_view rest_;
  Place place_;
};

/// The document from `place` on.
Walk walk_from(std::string_view document, Place place) {
  if (document.starts_with("\xef\xbb\xbf")) document.remove_prefix(3);
  Walk walk(document, {1, 1});
  while (!walk.at_end() && walk.place().line < place.line) walk.skip(1);
  while (!walk.at_end() && walk.place().line == place.line && walk.place().column < place.column)
    walk.skip(1);
  return walk;
}

}  // namespace

std::unexpected<Error> bad_at(Place place, std::string_view what) {
  return fail(Code::bad_toml, fmt::format("line {}, column {}: {}", place.line, place.column, what));
}

Place place_in_string(std::string_view document, Place opening, std::size_t offset) {
  Walk walk = walk_from(document, opening);
  const bool has_lines = walk.at("\"\"\"") || walk.at("'''"), has_escapes = walk.at("\"");
  walk.skip(has_lines ? 3 : 1);
  if (has_lines) walk.skip(walk.at("\r\n") ? 2 : walk.at("\n") ? 1 : 0);
  for (std::size_t made = 0; !walk.at_end();) {
    if (has_escapes) walk.skip_continuations();
    if (made >= offset) break;
    if (has_escapes && walk.at("\\")) {
      made += walk.skip_escape();
    } else {
      walk.skip(walk.at("\r\n") ? 2 : 1);
      ++made;
    }
  }
  return walk.place();
}

}  // namespace drover::policy
