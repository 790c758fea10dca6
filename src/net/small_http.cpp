#include "net/small_http.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <cstring>

#include "net/http_message.h"
#include "net/request_head.h"

namespace drover::net {
namespace {

/// poll(2) of the loop looks for input only: what a slow peer did not take is tried again so often.
constexpr std::chrono::milliseconds kSendAgain{20};
constexpr std::string_view kHeadEnd = "\r\n\r\n";

struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
};

Result<Endpoint> parse_endpoint(const std::string& text) {
  const auto bad = [&] {
    return fail(
        Code::invalid_argument,
        fmt::format("\"{}\" is no ADDRESS:PORT, as 127.0.0.1:9690 or [::1]:9690", text.substr(0, 80)));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return bad();
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return bad();
  Endpoint endpoint;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&endpoint.address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&endpoint.address);
  const std::string host = text.substr(0, colon);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    endpoint.size = sizeof(sockaddr_in);
  } else if (host.starts_with('[') && host.ends_with(']') &&
             ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    endpoint.size = sizeof(sockaddr_in6);
  } else {
    return bad();
  }
  return endpoint;
}

std::uint16_t port_of(const UniqueFd& socket) {
  Endpoint bound{.size = sizeof(sockaddr_storage)};
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound.address), &bound.size) != 0) return 0;
  return ntohs(bound.address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6*>(&bound.address)->sin6_port
                   : reinterpret_cast<const sockaddr_in*>(&bound.address)->sin_port);
}

/// What the peer sent beyond its head is read away: closed over it, the answer would be lost with a reset.
void finish(int fd) {
  ::shutdown(fd, SHUT_WR);
  std::array<char, 16 << 10> rest;
  static_cast<void>(::recv(fd, rest.data(), rest.size(), 0));
}

Response refusal(int status) {
  return {.status = status,
          .headers = {{"content-type", "text/plain"}},
          .body = fmt::format("{}\n", status_text(status))};
}

}  // namespace

Result<std::unique_ptr<SmallHttp>> SmallHttp::listen(const std::string& address, Clock& clock,
                                                     Handler handler, SmallHttpLimits limits) {
  const Endpoint endpoint = DROVER_TRY(parse_endpoint(address));
  UniqueFd socket(::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.size) != 0 ||
      ::listen(socket.get(), static_cast<int>(limits.connections_max)) != 0)
    return fail(Code::io_failed, fmt::format("{}: cannot listen: {}", address, std::strerror(errno)));
  const std::uint16_t port = port_of(socket);
  return std::unique_ptr<SmallHttp>(
      new SmallHttp(std::move(socket), port, clock, std::move(handler), limits));
}

void SmallHttp::descriptors(std::vector<int>& into) const {
  into.push_back(listener_.get());
  for (const Connection& connection : connections_)
    if (connection.out.empty()) into.push_back(connection.fd.get());
}

Monotonic SmallHttp::due() const {
  Monotonic due = Monotonic::max();
  for (const Connection& connection : connections_)
    due = std::min(due, connection.out.empty() ? connection.until
                                               : std::min(connection.until, clock_.monotonic() + kSendAgain));
  return due;
}

void SmallHttp::pump() {
  accept_waiting();
  std::erase_if(connections_, [this](Connection& connection) { return !serve(connection); });
}

void SmallHttp::accept_waiting() {
  while (true) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return;
    if (connections_.size() < limits_.connections_max)
      connections_.push_back({.fd = std::move(fd), .until = clock_.monotonic() + limits_.time_max});
  }
}

bool SmallHttp::serve(Connection& connection) {
  if (clock_.monotonic() >= connection.until) return false;
  if (connection.out.empty() && !read(connection)) return false;
  if (connection.out.empty()) return true;
  const ssize_t sent =
      ::send(connection.fd.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  connection.out.erase(0, static_cast<std::size_t>(sent));
  if (!connection.out.empty()) return true;
  finish(connection.fd.get());
  return false;
}

/// Until the head is whole; then its answer stands in `out`.
bool SmallHttp::read(Connection& connection) const {
  std::array<char, 4096> buffer;
  while (connection.in.find(kHeadEnd) == std::string::npos) {
    if (connection.in.size() > limits_.head_bytes_max) {
      const Response refused = refusal(431);
      connection.out = response_head(refused, refused.body.size(), false, clock_.now()) + refused.body;
      return true;
    }
    const ssize_t got = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    connection.in.append(buffer.data(), static_cast<std::size_t>(got));
  }
  connection.out = answer(connection.in.substr(0, connection.in.find(kHeadEnd) + kHeadEnd.size()));
  return true;
}

std::string SmallHttp::answer(const std::string& head) const {
  const auto request = parse_request_head(head);
  const bool is_read = request && (request->method == "GET" || request->method == "HEAD");
  const Response response = !request ? refusal(400) : !is_read ? refusal(405) : handler_(*request);
  std::string text = response_head(response, response.body.size(), false, clock_.now());
  if (!request || request->method != "HEAD") text += response.body;
  return text;
}

}  // namespace drover::net
