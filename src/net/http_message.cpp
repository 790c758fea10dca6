#include "net/http_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace drover::net {
namespace {

constexpr std::size_t kTargetBytesMax = 8 << 10;

Result<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      made.push_back(' ');
    } else if (text[i] == '%') {
      const Result<Bytes> byte = from_hex(text.substr(i + 1, 2));
      if (!byte || byte->size() != 1) return fail(Code::invalid_argument, "the address has a bad %-escape");
      made.push_back(static_cast<char>(byte->front()));
      i += 2;
    } else {
      made.push_back(text[i]);
    }
  }
  if (made.find('\0') != std::string::npos)
    return fail(Code::invalid_argument, "the address has a zero byte");
  return made;
}

Status check_segments(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    if (segment == "." || segment == ".." || (segment.empty() && !path.empty()))
      return fail(Code::invalid_argument, "the address has an empty or a dotted segment");
  }
  return {};
}

Result<std::map<std::string, std::string>> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name = DROVER_TRY(decoded(pair.substr(0, equals), true));
    std::string value = DROVER_TRY(decoded(pair.substr(std::min(equals + 1, pair.size())), true));
    if (!name.empty()) query.emplace(std::move(name), std::move(value));
  }
  return query;
}

}  // namespace

std::string Request::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
  return found == headers.end() ? std::string() : found->second;
}

std::string Request::parameter(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

Result<Target> parse_target(std::string_view target) {
  if (target.size() > kTargetBytesMax) return fail(Code::too_large, "the address is too long");
  if (!target.starts_with('/')) return fail(Code::invalid_argument, "the address must begin with /");
  const std::size_t mark = std::min(target.find('?'), target.size());
  Target parsed;
  parsed.path = DROVER_TRY(decoded(target.substr(0, mark), false));
  DROVER_TRY(check_segments(parsed.path));
  parsed.query = DROVER_TRY(parse_query(target.substr(std::min(mark + 1, target.size()))));
  return parsed;
}

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

std::string http_date(UnixTime time) {
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[static_cast<std::size_t>(parts.tm_wday)],
                     parts.tm_mday, months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string response_head(const Response& response, std::uint64_t content_length, bool keep_alive,
                          UnixTime now) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\ndate: {}\r\nconnection: {}\r\n", response.status,
                  status_text(response.status), http_date(now), keep_alive ? "keep-alive" : "close");
  if (response.status != 304 && response.status != 204)
    head += fmt::format("content-length: {}\r\n", content_length);
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head + "\r\n";
}

}  // namespace drover::net
