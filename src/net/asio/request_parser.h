#pragma once

#include <string>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "net/server.h"

namespace drover::net {

/// Beast's parser, fed from a string: no I/O in it.
struct RequestParser {
  explicit RequestParser(std::size_t header_bytes_max);

  /// Takes what it can from the front of `in`. 0, or the status that refuses the request.
  int take_head(std::string& in);
  /// The next piece of the body into `piece` (empty: more input is needed). 0, or a status.
  int take_body(std::string& in, std::string& piece);
  [[nodiscard]] bool has_head() const { return parser.is_header_done(); }
  [[nodiscard]] bool is_done() const { return parser.is_done(); }
  [[nodiscard]] bool keeps_alive() const { return parser.keep_alive(); }
  [[nodiscard]] std::uint64_t announced() const { return parser.content_length().value_or(0); }
  /// Method, path, query and headers; fails with the reason for a 400.
  [[nodiscard]] Result<Request> head() const;

  boost::beast::http::request_parser<boost::beast::http::buffer_body> parser;
};

}  // namespace drover::net
