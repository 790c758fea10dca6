#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/server.h"

namespace drover::net {

struct Target {
  std::string path = {};
  std::map<std::string, std::string> query = {};
};

/// Takes a request target ("/a%20b?c=d") apart and decodes it. Refuses what is not absolute, what is longer
/// than 8 KiB, bad escapes, zero bytes, empty segments, and the segments "." and "..".
Result<Target> parse_target(std::string_view target);

/// "Not Found"
std::string_view status_text(int status);

/// The status line and the headers, with Content-Length and Date.
std::string response_head(const Response& response, std::uint64_t content_length, bool keep_alive,
                          UnixTime now);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string http_date(UnixTime time);

}  // namespace drover::net
