#include "net/file_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace drover::net {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

enum class Asked : std::uint8_t { whole, slice, nothing };

/// "bytes=5-", "bytes=5-9", "bytes=-3"; anything else asks for the whole (RFC 9110 §14.2).
Asked read_range(std::string_view text, std::uint64_t size, Slice& slice) {
  constexpr std::string_view unit = "bytes=";
  if (!text.starts_with(unit)) return Asked::whole;
  text.remove_prefix(unit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return Asked::whole;
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1));
  if (dash == 0) {
    if (!last) return Asked::whole;
    if (*last == 0 || size == 0) return Asked::nothing;
    const std::uint64_t length = std::min(*last, size);
    slice = {size - length, length};
    return Asked::slice;
  }
  if (!first || (!last && dash + 1 != text.size()) || (last && *last < *first)) return Asked::whole;
  if (*first >= size) return Asked::nothing;
  slice = {*first, (last ? std::min(*last, size - 1) : size - 1) - *first + 1};
  return Asked::slice;
}

/// Whether a list of entity tags ("a", W/"b" or *) names `etag`, compared weakly.
bool names_etag(std::string_view list, std::string_view etag) {
  if (list == "*") return true;
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag) return true;
  }
  return false;
}

}  // namespace

FileAnswer answer_file(const Request& request, std::uint64_t size, const std::string& etag) {
  FileAnswer answer;
  answer.headers = {{"etag", etag}, {"accept-ranges", "bytes"}};
  if (names_etag(request.header("if-none-match"), etag)) {
    answer.status = 304;
    return answer;
  }
  answer.slice = {0, size};
  const std::string if_range = request.header("if-range");
  if (request.method != "GET" || (!if_range.empty() && if_range != etag)) return answer;
  switch (read_range(request.header("range"), size, answer.slice)) {
    case Asked::whole:
      break;
    case Asked::slice:
      answer.status = 206;
      answer.headers.emplace_back("content-range",
                                  fmt::format("bytes {}-{}/{}", answer.slice.first,
                                              answer.slice.first + answer.slice.length - 1, size));
      break;
    case Asked::nothing:
      answer.status = 416;
      answer.slice = {};
      answer.headers.emplace_back("content-range", fmt::format("bytes */{}", size));
      break;
  }
  return answer;
}

}  // namespace drover::net
