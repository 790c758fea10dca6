#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/server.h"

namespace drover::net {

/// Bytes `first` to `first + length` of a file.
struct Slice {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

struct FileAnswer {
  int status = 200;  // 200, 206, 304 or 416
  Headers headers = {};
  Slice slice = {};
};

/// What to send of a file of `size` bytes with the strong `etag`, given the request's Range, If-Range and
/// If-None-Match (RFC 9110 §13, §14). Several ranges are answered with the whole file, which is allowed.
FileAnswer answer_file(const Request& request, std::uint64_t size, const std::string& etag);

}  // namespace drover::net
