#include "net/asio/connection.h"

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "net/asio/request_parser.h"
#include "net/asio/upload_file.h"
#include "net/http_message.h"

namespace drover::net {
namespace {

constexpr std::size_t kReadBytes = 16 << 10;
constexpr std::chrono::milliseconds kSwallowTime{1000};

Response error_response(int status) {
  return {.status = status,
          .headers = {{"content-type", "text/plain; charset=utf-8"}},
          .body = std::string(status_text(status)) + "\n"};
}

}  // namespace

Connection::Connection(Core& core, asio::ip::tcp::socket socket, SSL_CTX* tls)
    : core_(core), stream_(std::move(socket), tls) {
  deadline_.in(core.options.header_timeout);
  const std::lock_guard lock(core_.mutex);
  core_.connections.insert(this);
}

Connection::~Connection() {
  const std::lock_guard lock(core_.mutex);
  core_.connections.erase(this);
  core_.connection_gone.notify_all();
}

void Connection::abort_soon() {
  if (auto self = weak_from_this().lock())
    asio::post(stream_.socket().get_executor(), [self = std::move(self)] { self->stream_.abort(); });
}

asio::awaitable<void> Connection::serve() {
  const bool is_open = co_await stream_.handshake();
  if (!is_open) {
    co_await swallow();  // TLS 1.3: the request is under way before the client reads why it is refused
    co_return;
  }
  for (bool goes_on = true; goes_on;) {
    goes_on = co_await await_request();
    if (goes_on) goes_on = co_await serve_one();
  }
  stream_.close_politely();
}

/// Holds nothing while there is nothing to do. False when the client went or the server stops.
asio::awaitable<bool> Connection::await_request() {
  if (!in_.empty()) co_return true;
  in_ = std::string();
  deadline_.in(core_.options.idle_timeout);
  is_idle_ = true;
  if (!core_.stopping) co_await stream_.wait_readable();
  is_idle_ = false;
  if (core_.stopping) co_return false;
  deadline_.in(core_.options.header_timeout);
  const bool came = co_await read_more();
  co_return came;
}

asio::awaitable<bool> Connection::read_more() {
  const std::size_t before = in_.size();
  in_.resize(before + kReadBytes);
  const std::size_t got = co_await stream_.read_some(std::span(in_).subspan(before));
  in_.resize(before + got);
  co_return got > 0;
}

/// 0 with a whole head, a status that refuses it, or -1 when the client went.
asio::awaitable<int> Connection::read_head(RequestParser& parser) {
  deadline_.in(core_.options.header_timeout);
  for (;;) {
    if (const int status = parser.take_head(in_); status != 0) co_return status;
    if (parser.has_head()) co_return 0;
    const bool came = co_await read_more();
    if (!came) co_return -1;
  }
}

asio::awaitable<bool> Connection::serve_one() {
  auto parser = std::make_unique<RequestParser>(core_.options.header_bytes_max);
  const int refused = co_await read_head(*parser);
  if (refused != 0) {
    co_await send_error(refused);
    co_return false;
  }
  Result<Request> head = parser->head();
  if (!head) {
    co_await send_error(400);
    co_return false;
  }
  ++core_.requests;
  Request request = std::move(*head);
  request.certificate = stream_.certificate();
  request.remote_address = stream_.remote_address();
  const BodyPlan plan = core_.handlers.plan(request);
  std::optional<Response> response;
  if (plan.ask_first && !parser->is_done()) response = co_await refusal(request);
  const bool is_admitted = !response;
  if (is_admitted) {
    const int broken = co_await read_body(*parser, request, plan);
    if (broken != 0) {
      co_await send_error(broken);
      co_return false;
    }
  }
  const bool keep_alive = parser->keeps_alive() && parser->is_done();
  parser.reset();
  deadline_.none();
  if (is_admitted) response = co_await answer(request);
  if (request.upload) unlink(request.upload->file.c_str());  // unless the handler moved it away
  if (!response) co_return false;
  const bool goes_on = keep_alive && !core_.stopping;
  const bool sent = co_await send(request, std::move(*response), goes_on);
  if (sent && !is_admitted) co_await swallow();
  co_return sent&& goes_on;
}

asio::awaitable<std::optional<Response>> Connection::refusal(const Request& head) {
  std::optional<Response> given;
  if (!core_.handlers.admit) co_return given;
  deadline_.none();
  co_await on_pool(core_, [this, &head, &given] {
    try {
      given = core_.handlers.admit(head);
    } catch (const std::exception& error) {
      log::error("a handler failed", {{"path", head.path}, {"error", error.what()}});
      given = error_response(500);
    }
  });
  co_return given;
}

asio::awaitable<int> Connection::read_body(RequestParser& parser, Request& request, const BodyPlan& plan) {
  if (parser.is_done()) co_return 0;
  if (parser.announced() > plan.bytes_max) co_return 413;
  if (request.header("expect") == "100-continue") {
    const bool sent =
        co_await stream_.write_all("HTTP/1.1 100 Continue\r\n\r\n", deadline_, core_.options.stall_timeout);
    if (!sent) co_return -1;
  }
  if (plan.to_file) {
    const int status = co_await read_upload(parser, request, plan.bytes_max);
    co_return status;
  }
  const int status =
      co_await read_pieces(parser, plan.bytes_max, [&request](std::string& piece) -> asio::awaitable<bool> {
        request.body += piece;
        co_return true;
      });
  co_return status;
}

/// Hands the body to `take` in pieces. A body must move, and on the whole not too slowly.
asio::awaitable<int> Connection::read_pieces(RequestParser& parser, std::uint64_t bytes_max,
                                             std::function<asio::awaitable<bool>(std::string& piece)> take) {
  const auto& options = core_.options;
  const auto begin = SteadyClock::now();
  std::uint64_t total = 0;
  std::string piece;
  while (!parser.is_done()) {
    if (const int status = parser.take_body(in_, piece); status != 0) co_return status;
    total += piece.size();
    if (total > bytes_max) co_return 413;
    if (!piece.empty()) {
      const bool taken = co_await take(piece);
      if (!taken) co_return 507;
    } else if (!parser.is_done()) {
      const auto allowed = std::chrono::seconds(total / options.body_bytes_per_second_min);
      deadline_.at(std::min(SteadyClock::now(), begin + allowed) + options.stall_timeout);
      const bool came = co_await read_more();
      if (!came) co_return -1;
    }
  }
  co_return 0;
}

asio::awaitable<int> Connection::read_upload(RequestParser& parser, Request& request,
                                             std::uint64_t bytes_max) {
  auto file = std::make_shared<UploadFile>(core_.options.upload_directory);
  const int status =
      co_await read_pieces(parser, bytes_max, [this, file](std::string& piece) -> asio::awaitable<bool> {
        bool written = false;
        deadline_.none();
        co_await on_pool(core_, [&] { written = file->append(piece); });
        co_return written;
      });
  if (status != 0) co_return status;
  bool finished = false;
  deadline_.none();
  co_await on_pool(core_, [&] { finished = file->finish(request); });
  co_return finished ? 0 : 507;
}

asio::awaitable<std::optional<Response>> Connection::answer(Request& request) {
  const auto begin = SteadyClock::now();
  for (;;) {
    const std::uint64_t moment = core_.waiters.now();
    Answer given;
    co_await on_pool(core_, [this, &request, &given] {
      try {
        given = core_.handlers.answer(request);
      } catch (const std::exception& error) {
        log::error("a handler failed", {{"path", request.path}, {"error", error.what()}});
        given = error_response(500);
      }
    });
    if (Response* response = std::get_if<Response>(&given)) co_return std::move(*response);
    if (request.wait_is_over) co_return error_response(500);
    const Wait wait = std::get<Wait>(std::move(given));
    in_.shrink_to_fit();  // a wait may be long: it holds no buffer
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto waiter = std::make_shared<Waiter>(executor);
    watch_peer(waiter);
    const Woken woken = co_await core_.waiters.wait(waiter, wait.key, moment, begin + wait.limit);
    boost::system::error_code ignored;
    stream_.socket().cancel(ignored);
    if (woken == Woken::peer_gone) co_return std::nullopt;
    request.wait_is_over = woken == Woken::limit || core_.stopping;
  }
}

/// Ends the wait of a client that has gone; keeps what it sends meanwhile for later, up to one buffer.
void Connection::watch_peer(std::shared_ptr<Waiter> waiter) {
  if (in_.size() >= kReadBytes) return;
  stream_.socket().async_wait(asio::socket_base::wait_read, [self = shared_from_this(),
                                                             waiter](const boost::system::error_code& error) {
    if (error || waiter->is_over) return;
    const std::size_t before = self->in_.size();
    self->in_.resize(before + kReadBytes);
    std::size_t got = 0;
    const Stream::Tried tried = self->stream_.try_read(std::span(self->in_).subspan(before), got);
    self->in_.resize(before + got);
    if (before + got == 0) self->in_ = std::string();
    if (tried == Stream::Tried::closed) {
      waiter->wake(Woken::peer_gone);
    } else {
      self->watch_peer(waiter);
    }
  });
}

asio::awaitable<void> Connection::send_error(int status) {
  if (status <= 0) co_return;
  const bool sent = co_await send({}, error_response(status), false);
  if (sent) co_await swallow();
}

/// What the client still sends and nobody wants would turn the closing into a reset, which can destroy the
/// answer on its way: read it for a while.
asio::awaitable<void> Connection::swallow() {
  stream_.close_politely();
  stream_.forget_tls();
  deadline_.in(kSwallowTime);
  std::string ignored(kReadBytes, '\0');
  for (std::size_t got = 1; got > 0;) got = co_await stream_.read_some(ignored);
}

}  // namespace drover::net
