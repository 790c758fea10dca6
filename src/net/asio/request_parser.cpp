#include "net/asio/request_parser.h"

#include <algorithm>
#include <cctype>

#include "net/http_message.h"
#include "net/request_head.h"

namespace drover::net {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kPieceBytes = 64 << 10;

int status_of(const boost::system::error_code& error) {
  if (!error || error == http::error::need_more || error == http::error::need_buffer) return 0;
  if (error == http::error::header_limit) return 431;
  return 400;
}

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

RequestParser::RequestParser(std::size_t header_bytes_max) {
  parser.header_limit(static_cast<std::uint32_t>(header_bytes_max));
  parser.body_limit(boost::none);  // counted by the connection, by plan
}

int RequestParser::take_head(std::string& in) {
  if (in.empty()) return 0;
  boost::system::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(in), error);
  in.erase(0, used);
  return status_of(error);
}

int RequestParser::take_body(std::string& in, std::string& piece) {
  parser.eager(true);
  piece.resize(kPieceBytes);
  auto& body = parser.get().body();
  body.data = piece.data();
  body.size = piece.size();
  body.more = true;
  boost::system::error_code error;
  const std::size_t used = in.empty() ? 0 : parser.put(boost::asio::buffer(in), error);
  piece.resize(piece.size() - body.size);
  in.erase(0, used);
  return status_of(error);
}

Result<Request> RequestParser::head() const {
  const auto& message = parser.get();
  const auto target = DROVER_TRY(parse_target({message.target().data(), message.target().size()}));
  Request request;
  request.method = text_of(message.method_string());
  request.path = target.path;
  request.query = target.query;
  for (const auto& field : message)
    request.headers.emplace_back(lower(text_of(field.name_string())), text_of(field.value()));
  return request;
}

Result<Request> parse_request_head(std::string head) {
  RequestParser parser(head.size() + 1);
  if (parser.take_head(head) != 0 || !parser.has_head())
    return fail(Code::invalid_argument, "this is no request of HTTP/1.1");
  return parser.head();
}

}  // namespace drover::net
