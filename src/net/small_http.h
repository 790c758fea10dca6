#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "net/server.h"

namespace drover::net {

/// What strangers may cost a SmallHttp.
struct SmallHttpLimits {
  std::size_t connections_max = 8;            // more are closed at once
  std::size_t head_bytes_max = 8 << 10;       // 431
  std::chrono::milliseconds time_max{5'000};  // from the first to the last byte, either way
};

/// Answers requests without a body (GET, HEAD) with small texts, one request a connection, without a thread
/// of its own: for a program that is one loop over poll(2). Plain HTTP.
class SmallHttp {
 public:
  using Handler = std::function<Response(const Request& request)>;  // 200s and errors; `file` is not for it

  /// `address`: "127.0.0.1:9690", "[::1]:9690"; port 0 takes a free one. Errors: invalid_argument, io_failed.
  static Result<std::unique_ptr<SmallHttp>> listen(const std::string& address, Clock& clock, Handler handler,
                                                   SmallHttpLimits limits = {});

  /// Those whose becoming readable makes pump() due.
  void descriptors(std::vector<int>& into) const;
  /// When pump() is due at the latest, by the clock's monotonic time; Monotonic::max() while nobody is there.
  [[nodiscard]] Monotonic due() const;
  /// Takes what has come, answers what is whole, sends what can be sent; never blocks.
  void pump();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct Connection {
    UniqueFd fd;
    Monotonic until{0};
    std::string in = {};   // the head so far
    std::string out = {};  // what is left to be sent; once not empty, nothing more is read
  };
  SmallHttp(UniqueFd listener, std::uint16_t port, Clock& clock, Handler handler, SmallHttpLimits limits)
      : listener_(std::move(listener)),
        port_(port),
        clock_(clock),
        handler_(std::move(handler)),
        limits_(limits) {}
  void accept_waiting();
  bool serve(Connection& connection);  // false: it is done with
  bool read(Connection& connection) const;
  [[nodiscard]] std::string answer(const std::string& head) const;

  UniqueFd listener_;
  std::uint16_t port_;
  Clock& clock_;
  Handler handler_;
  SmallHttpLimits limits_;
  std::vector<Connection> connections_;
};

}  // namespace drover::net
