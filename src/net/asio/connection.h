#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "net/asio/core.h"
#include "net/asio/stream.h"

namespace drover::net {

struct RequestParser;

/// One client's requests, one after the other. Lives as long as its coroutine.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Core& core, asio::ip::tcp::socket socket, SSL_CTX* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  asio::awaitable<void> serve();
  [[nodiscard]] const Deadline& deadline() const { return deadline_; }
  [[nodiscard]] bool is_idle() const { return is_idle_; }
  /// Ends it, from any thread; nothing when it is ending already.
  void abort_soon();

 private:
  asio::awaitable<bool> await_request();
  asio::awaitable<bool> serve_one();
  asio::awaitable<bool> read_more();
  asio::awaitable<int> read_head(RequestParser& parser);
  asio::awaitable<int> read_body(RequestParser& parser, Request& request, const BodyPlan& plan);
  asio::awaitable<int> read_pieces(RequestParser& parser, std::uint64_t bytes_max,
                                   std::function<asio::awaitable<bool>(std::string& piece)> take);
  asio::awaitable<int> read_upload(RequestParser& parser, Request& request, std::uint64_t bytes_max);
  asio::awaitable<std::optional<Response>> refusal(const Request& head);
  asio::awaitable<std::optional<Response>> answer(Request& request);
  void watch_peer(std::shared_ptr<Waiter> waiter);
  asio::awaitable<bool> send(const Request& request, Response response, bool keep_alive);
  asio::awaitable<bool> send_file(const Request& request, Response response, bool keep_alive);
  asio::awaitable<void> send_error(int status);
  asio::awaitable<void> swallow();

  Core& core_;
  Stream stream_;
  Deadline deadline_;
  std::atomic<bool> is_idle_ = false;
  std::string in_;  // read and not yet consumed
};

}  // namespace drover::net
