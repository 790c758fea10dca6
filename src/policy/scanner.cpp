#include "policy/scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace drover::policy {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }
bool ends_name(char c) { return c == '(' || c == ')' || c == '"' || static_cast<unsigned char>(c) < ' '; }

}  // namespace

bool is_bare(std::string_view name) {
  return !name.empty() && name.front() != ' ' && name.back() != ' ' && std::ranges::none_of(name, ends_name);
}

std::unexpected<Error> Scanner::bad(std::size_t at, std::string message) {
  fault_at_ = at;
  return fail(Code::invalid_argument, std::move(message));
}

std::size_t Scanner::skip_blanks() {
  while (!at_end() && is_blank(text_[at_])) ++at_;
  return at_;
}

bool Scanner::take(char c) {
  if (!sees(c)) return false;
  ++at_;
  return true;
}

std::string_view Scanner::word() {
  const std::size_t begin = at_;
  while (!at_end() && is_word(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

bool Scanner::take_word(std::string_view wanted) {
  const std::size_t begin = at_;
  if (word() == wanted) return true;
  at_ = begin;
  return false;
}

Result<std::string> Scanner::name(std::size_t bytes_max) {
  const std::size_t begin = at_;
  std::string read = sees('"') ? DROVER_TRY(quoted()) : bare();
  if (read.size() <= bytes_max) return read;
  return bad(begin, fmt::format("a name has at most {} bytes, this one {}", bytes_max, read.size()));
}

std::string Scanner::bare() {
  const std::size_t begin = at_;
  while (!at_end() && !ends_name(text_[at_])) ++at_;
  std::string_view read = text_.substr(begin, at_ - begin);
  while (read.ends_with(' ')) read.remove_suffix(1);
  return std::string(read);
}

Result<std::string> Scanner::quoted() {
  const std::size_t begin = at_++;
  std::string read;
  for (; !at_end(); ++at_) {
    if (take('"')) {
      if (read.empty()) return bad(begin, "a name of no characters");
      return read;
    }
    if (sees('\\') && ++at_ == text_.size()) break;
    read += text_[at_];
  }
  return bad(begin, "the quotes are not closed");
}

Result<double> Scanner::number() {
  const std::size_t begin = skip_blanks();
  const char* const first = text_.data() + begin;
  double value = 0;
  const auto [last, error] = std::from_chars(first, text_.data() + text_.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return bad(begin, "a number is needed");
  at_ += static_cast<std::size_t>(last - first);
  return value;
}

}  // namespace drover::policy
