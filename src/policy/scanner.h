#pragma once

// Inside policy only.
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::policy {

/// Whether a name can stand in brackets without quotes.
bool is_bare(std::string_view name);

/// Reads a condition's tokens from left to right. A failure (invalid_argument) leaves in fault_at() where
/// what is wrong begins, in bytes.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::unexpected<Error> bad(std::size_t at, std::string message);
  [[nodiscard]] std::size_t fault_at() const { return fault_at_; }

  /// Goes to what is no blank; its place.
  std::size_t skip_blanks();
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  bool take(char c);
  bool take_word(std::string_view word);
  /// [a-z0-9_]*
  std::string_view word();
  /// What stands before a closing bracket, or between quotes, where \ keeps the next character as it is; may
  /// be empty.
  Result<std::string> name(std::size_t bytes_max);
  /// A finite number.
  Result<double> number();

 private:
  [[nodiscard]] bool sees(char c) const { return at_ < text_.size() && text_[at_] == c; }
  std::string bare();
  Result<std::string> quoted();

  std::string_view text_;
  std::size_t at_ = 0, fault_at_ = 0;
};

}  // namespace drover::policy
