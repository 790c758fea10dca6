#include "base/ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace drover {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 && std::ranges::all_of(text, is_digit) &&
         (text.size() == 1 || text[0] != '0');
}

bool is_prerelease_part(std::string_view text) {
  if (text.empty()) return false;
  if (std::ranges::all_of(text, is_digit)) return is_number(text);
  return std::ranges::all_of(text,
                             [](char c) { return is_digit(c) || is_lower(c) || is_upper(c) || c == '-'; });
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

/// Semver §11: numeric identifiers by value and below alphanumeric ones; fewer identifiers below more.
std::strong_ordering compare_prerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return b.size() <=> a.size();
  const auto left = split(a, '.'), right = split(b, '.');
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const bool numeric_left = is_number(left[i]), numeric_right = is_number(right[i]);
    if (numeric_left != numeric_right)
      return numeric_left ? std::strong_ordering::less : std::strong_ordering::greater;
    const auto order = numeric_left ? compare_numbers(left[i], right[i]) : left[i].compare(right[i]) <=> 0;
    if (order != 0) return order;
  }
  return left.size() <=> right.size();
}

}  // namespace

Status ModelTag::check(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= 64 && (is_lower(text[0]) || is_digit(text[0])) &&
                    std::ranges::all_of(text, [](char c) {
                      return is_lower(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
                    });
  if (fits) return {};
  return fail(Code::invalid_argument,
              fmt::format("\"{}\" is not a name: 1 to 64 of a-z 0-9 . _ - beginning with a letter or digit",
                          text.substr(0, 80)));
}

Status DeviceTag::check(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == ':' || c == '_' || c == '-';
  });
  if (fits) return {};
  return fail(Code::invalid_argument,
              fmt::format("\"{}\" is not a device id: 1 to 128 of a-z A-Z 0-9 : _ -", text.substr(0, 140)));
}

Result<Version> Version::parse(std::string_view text) {
  const auto bad = [&] {
    return fail(
        Code::invalid_argument,
        fmt::format("\"{}\" is not a semantic version such as 1.2.3 or 1.2.3-rc.1", text.substr(0, 80)));
  };
  if (text.size() > 64) return bad();
  const std::size_t dash = text.find('-');
  const auto numbers = split(text.substr(0, dash), '.');
  if (numbers.size() != 3 || !std::ranges::all_of(numbers, is_number)) return bad();
  if (dash != std::string_view::npos &&
      !std::ranges::all_of(split(text.substr(dash + 1), '.'), is_prerelease_part))
    return bad();
  Version version;
  version.text_ = text;
  return version;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  const auto cut = [](const std::string& text) {
    const std::size_t dash = text.find('-');
    const std::string_view all = text;
    return std::pair(split(all.substr(0, dash), '.'),
                     dash == std::string::npos ? std::string_view() : all.substr(dash + 1));
  };
  const auto [left, left_tail] = cut(text_);
  const auto [right, right_tail] = cut(other.text_);
  for (std::size_t i = 0; i < 3; ++i)
    if (const auto order = compare_numbers(left[i], right[i]); order != 0) return order;
  return compare_prerelease(left_tail, right_tail);
}

}  // namespace drover
