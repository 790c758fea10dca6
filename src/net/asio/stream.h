#pragma once

#include <atomic>
#include <chrono>
#include <span>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/tls_context.h"

namespace drover::net {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

/// When a connection that does not move is ended; read by the sweeper, from another thread.
class Deadline {
 public:
  void in(std::chrono::milliseconds time) { at(SteadyClock::now() + time); }
  void at(SteadyClock::time_point when) { when_ = when.time_since_epoch().count(); }
  void none() { when_ = SteadyClock::time_point::max().time_since_epoch().count(); }
  [[nodiscard]] bool is_past(SteadyClock::time_point now) const {
    return now.time_since_epoch().count() > when_;
  }

 private:
  std::atomic<SteadyClock::rep> when_{SteadyClock::time_point::max().time_since_epoch().count()};
};

/// A TCP connection, plain or TLS. OpenSSL works on the descriptor itself, so that a connection that waits
/// holds no buffers (Asio's own TLS stream holds 34 KB).
class Stream {
 public:
  Stream(asio::ip::tcp::socket socket, SSL_CTX* tls);

  enum class Tried : std::uint8_t { moved, want_read, want_write, closed };

  asio::awaitable<bool> handshake();
  /// Waits until something can be read; at once when something was read ahead.
  asio::awaitable<void> wait_readable();
  /// At least one byte; 0 at the end of the stream or on any error.
  asio::awaitable<std::size_t> read_some(std::span<char> into);
  /// Each step forward puts `deadline` off by `stall`. False on any error.
  asio::awaitable<bool> write_all(std::string_view bytes, Deadline& deadline,
                                  std::chrono::milliseconds stall);
  Tried try_read(std::span<char> into, std::size_t& got);
  /// Says goodbye without waiting for an answer.
  void close_politely();
  /// From here on the bytes are taken as they come.
  void forget_tls() { tls_.reset(); }
  /// Ends both directions: whoever waits on the stream goes on and sees its end.
  void abort();

  asio::ip::tcp::socket& socket() { return socket_; }
  [[nodiscard]] std::optional<ClientCertificate> certificate() const;
  [[nodiscard]] std::string remote_address() const;

 private:
  Tried try_write(std::string_view bytes, std::size_t& put);
  [[nodiscard]] Tried outcome(int result) const;
  asio::awaitable<void> wait_for(Tried wanted);

  asio::ip::tcp::socket socket_;
  TlsPtr tls_;
};

}  // namespace drover::net
