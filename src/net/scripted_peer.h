#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace drover::net {

/// For tests: a peer on a loopback port that answers each connection's request with the next text of its
/// script and closes. A text that ends with "<silence>" is sent without it, and the connection stays open
/// until the client goes.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(std::vector<std::string> script) : script_(std::move(script)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_, 16);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }

  ~ScriptedPeer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  /// The requests' heads so far; read it when the client is done.
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

 private:
  void serve() {
    for (std::string answer : script_) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      requests_.push_back(read_head(peer));
      constexpr std::string_view silence = "<silence>";
      const bool stay = answer.ends_with(silence);
      if (stay) answer.resize(answer.size() - silence.size());
      (void)!send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (stay) read_head(peer);
      close(peer);
    }
  }

  static std::string read_head(int peer) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && recv(peer, &byte, 1, 0) == 1) head.push_back(byte);
    return head;
  }

  std::vector<std::string> script_;
  std::vector<std::string> requests_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace drover::net
