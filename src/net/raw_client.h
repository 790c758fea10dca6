#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace drover::net {

/// For tests: a TCP connection to a loopback port that sends whatever it is told.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view text) const { (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// What comes until `end` was seen, or until the peer closes.
  [[nodiscard]] std::string read_until(std::string_view end) const {
    std::string text;
    char byte = 0;
    while (!text.ends_with(end) && recv(socket_, &byte, 1, 0) == 1) text.push_back(byte);
    return text;
  }
  [[nodiscard]] std::string read_to_close() const {
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = recv(socket_, buffer, sizeof buffer, 0)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    return text;
  }

 private:
  int socket_;
  bool connected_ = false;
};

}  // namespace drover::net
