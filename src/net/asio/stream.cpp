#include "net/asio/stream.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"

namespace drover::net {
namespace {

/// What a system call on the non-blocking descriptor came to; `wanted` when it would have blocked.
Stream::Tried plain_outcome(ssize_t result, Stream::Tried wanted) {
  if (result > 0) return Stream::Tried::moved;
  return result < 0 && (errno == EAGAIN || errno == EINTR) ? wanted : Stream::Tried::closed;
}

}  // namespace

Stream::Stream(asio::ip::tcp::socket socket, SSL_CTX* tls) : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  DROVER_ASSERT(tls_ != nullptr && SSL_set_fd(tls_.get(), socket_.native_handle()) == 1);
  SSL_set_accept_state(tls_.get());
}

Stream::Tried Stream::outcome(int result) const {
  if (result > 0) return Tried::moved;
  const int error = SSL_get_error(tls_.get(), result);
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ) return Tried::want_read;
  if (error == SSL_ERROR_WANT_WRITE) return Tried::want_write;
  return Tried::closed;
}

asio::awaitable<void> Stream::wait_for(Tried wanted) {
  boost::system::error_code ignored;  // the next call on the descriptor tells the same
  const auto kind =
      wanted == Tried::want_write ? asio::socket_base::wait_write : asio::socket_base::wait_read;
  co_await socket_.async_wait(kind, asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<bool> Stream::handshake() {
  if (!tls_) co_return true;
  for (;;) {
    ERR_clear_error();
    const Tried tried = outcome(SSL_do_handshake(tls_.get()));
    if (tried == Tried::moved) co_return true;
    if (tried == Tried::closed) co_return false;
    co_await wait_for(tried);
  }
}

asio::awaitable<void> Stream::wait_readable() {
  if (!tls_ || SSL_has_pending(tls_.get()) == 0) co_await wait_for(Tried::want_read);
}

Stream::Tried Stream::try_read(std::span<char> into, std::size_t& got) {
  got = 0;
  if (!tls_) {
    const ssize_t result = recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (result > 0) got = static_cast<std::size_t>(result);
    return plain_outcome(result, Tried::want_read);
  }
  ERR_clear_error();
  return outcome(SSL_read_ex(tls_.get(), into.data(), into.size(), &got));
}

Stream::Tried Stream::try_write(std::string_view bytes, std::size_t& put) {
  put = 0;
  if (!tls_) {
    const ssize_t result = send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (result > 0) put = static_cast<std::size_t>(result);
    return plain_outcome(result, Tried::want_write);
  }
  ERR_clear_error();
  return outcome(SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &put));
}

asio::awaitable<std::size_t> Stream::read_some(std::span<char> into) {
  for (;;) {
    std::size_t got = 0;
    const Tried tried = try_read(into, got);
    if (tried == Tried::moved) co_return got;
    if (tried == Tried::closed) co_return 0;
    co_await wait_for(tried);
  }
}

asio::awaitable<bool> Stream::write_all(std::string_view bytes, Deadline& deadline,
                                        std::chrono::milliseconds stall) {
  deadline.in(stall);
  while (!bytes.empty()) {
    std::size_t put = 0;
    const Tried tried = try_write(bytes, put);
    if (tried == Tried::closed) co_return false;
    if (tried == Tried::moved) {
      bytes.remove_prefix(put);
      deadline.in(stall);
    } else {
      co_await wait_for(tried);
    }
  }
  co_return true;
}

void Stream::close_politely() {
  if (tls_ && SSL_in_init(tls_.get()) == 0) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_.native_handle(), SHUT_WR);
}

void Stream::abort() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }

std::optional<ClientCertificate> Stream::certificate() const {
  return tls_ ? client_certificate(tls_.get()) : std::nullopt;
}

std::string Stream::remote_address() const {
  boost::system::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

}  // namespace drover::net
