#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "loopback.h"

namespace drover::e2e {

/// A bad line in front of a server: passes on what both sides send, to clients no faster than the line is,
/// and breaks the connection over which the byte went whose number (among all bytes sent to clients so far)
/// stands in `breaks`. Every second break is a reset, the others an orderly end in the middle of an answer.
class Relay {
 public:
  Relay(int to_port, std::vector<std::uint64_t> breaks, std::uint64_t bytes_per_second);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// To clients, whatever the bytes were: bodies, headers, TLS.
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
  [[nodiscard]] std::size_t broken() const { return broken_; }

 private:
  struct Line {
    UniqueFd client, server;
  };
  void serve();
  void accept_one();
  bool pass_on(Line& line, bool from_client, bool from_server);
  bool to_client(Line& line);
  void keep_pace(std::size_t bytes);

  std::vector<std::uint64_t> breaks_;
  int to_port_;
  std::uint64_t bytes_per_second_;
  std::chrono::steady_clock::time_point free_at_;  // when the line has sent what it was given
  UniqueFd listener_ = listen_on_loopback();
  int port_ = port_of(listener_);
  std::vector<Line> lines_;
  std::atomic<std::uint64_t> bytes_sent_ = 0;
  std::atomic<std::size_t> broken_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace drover::e2e
