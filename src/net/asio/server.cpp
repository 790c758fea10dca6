#include "net/server.h"

#include <fmt/format.h>

#include <csignal>
#include <thread>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "net/asio/connection.h"

namespace drover::net {

asio::awaitable<void> on_pool(Core& core, std::function<void()> work) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&core](auto handler, std::function<void()> task) {
        asio::post(core.pool, [task = std::move(task), handler = std::move(handler)]() mutable {
          task();
          const auto executor = asio::get_associated_executor(handler);
          asio::post(executor, std::move(handler));
        });
      },
      asio::use_awaitable, std::move(work));
}

namespace {

using asio::ip::tcp;

struct Door {
  Door(Core& core, TlsContextPtr context) : acceptor(core.io), tls(std::move(context)) {}
  tcp::acceptor acceptor;
  TlsContextPtr tls;
};

class AsioServer : public Server {
 public:
  AsioServer(ServerOptions options, Handlers handlers) : core_(std::move(options), std::move(handlers)) {}
  ~AsioServer() override { stop(); }
  AsioServer(const AsioServer&) = delete;
  AsioServer& operator=(const AsioServer&) = delete;

  Status open(const Listener& listener) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(listener.address, error);
    if (error)
      return fail(Code::invalid_argument, fmt::format("\"{}\" is no address to listen on", listener.address));
    if (!listener.tls && !address.is_loopback())
      return fail(
          Code::invalid_argument,
          fmt::format("{}: without TLS the server listens on loopback addresses only", listener.address));
    TlsContextPtr context;
    if (listener.tls) context = DROVER_TRY(make_tls_context(*listener.tls));
    auto door = std::make_unique<Door>(core_, std::move(context));
    const tcp::endpoint endpoint(address, listener.port);
    door->acceptor.open(endpoint.protocol(), error);
    if (!error) door->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) door->acceptor.bind(endpoint, error);
    if (!error) door->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return fail(Code::io_failed, fmt::format("cannot listen on {}:{}: {}", listener.address, listener.port,
                                               error.message()));
    ports_.push_back(door->acceptor.local_endpoint().port());
    doors_.push_back(std::move(door));
    return {};
  }

  void run() {
    for (auto& door : doors_)
      asio::co_spawn(door->acceptor.get_executor(), accept_all(*door), asio::detached);
    asio::co_spawn(core_.io, sweep(), asio::detached);
    for (int i = 0; i < core_.options.network_threads; ++i) threads_.emplace_back([this] { core_.io.run(); });
  }

  [[nodiscard]] std::uint16_t port(std::size_t listener) const override { return ports_.at(listener); }
  void notify(const std::string& key) override { core_.waiters.notify(key); }

  void stop() override {
    if (core_.stopping.exchange(true)) return;
    asio::post(core_.io, [this] {
      boost::system::error_code ignored;
      for (auto& door : doors_) door->acceptor.close(ignored);
    });
    core_.waiters.notify_all();
    {
      std::unique_lock lock(core_.mutex);
      abort_those([](const Connection& connection) { return connection.is_idle(); });
      core_.connection_gone.wait_for(lock, core_.options.stop_timeout,
                                     [this] { return core_.connections.empty(); });
    }
    core_.io.stop();
    for (auto& thread : threads_) thread.join();
    core_.pool.join();
  }

  [[nodiscard]] ServerCounters counters() const override {
    ServerCounters counters;
    {
      const std::lock_guard lock(core_.mutex);
      counters.connections_open = core_.connections.size();
    }
    counters.connections_refused = core_.refused;
    counters.requests = core_.requests;
    counters.waiting = core_.waiters.count();
    return counters;
  }

 private:
  asio::awaitable<void> accept_all(Door& door) {
    while (!core_.stopping) {
      tcp::socket socket(asio::make_strand(core_.io));
      boost::system::error_code error;
      co_await door.acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted) break;
      if (error) {  // out of descriptors, most likely: others must close first
        asio::steady_timer pause(core_.io, std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      admit(std::move(socket), door.tls.get());
    }
  }

  void admit(tcp::socket socket, SSL_CTX* tls) {
    if (counters().connections_open >= core_.options.connections_max) {
      ++core_.refused;
      return;
    }
    const auto executor = socket.get_executor();
    auto connection = std::make_shared<Connection>(core_, std::move(socket), tls);
    asio::co_spawn(
        executor, [connection]() -> asio::awaitable<void> { co_await connection->serve(); }, asio::detached);
  }

  /// Ends connections whose deadline has passed.
  asio::awaitable<void> sweep() {
    const auto& options = core_.options;
    const auto shortest = std::min({options.header_timeout, options.idle_timeout, options.stall_timeout});
    const auto period =
        std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
    asio::steady_timer timer(core_.io);
    while (!core_.stopping) {
      boost::system::error_code error;
      timer.expires_after(period);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      const std::lock_guard lock(core_.mutex);
      abort_those([now = SteadyClock::now()](const Connection& connection) {
        return connection.deadline().is_past(now);
      });
    }
  }

  /// With core_.mutex held.
  void abort_those(const std::function<bool(const Connection&)>& which) {
    for (Connection* connection : core_.connections)
      if (which(*connection)) connection->abort_soon();
  }

  mutable Core core_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Server>> start_server(ServerOptions options, Handlers handlers) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<Listener> listeners = options.listeners;
  auto server = std::make_unique<AsioServer>(std::move(options), std::move(handlers));
  for (const Listener& listener : listeners) DROVER_TRY(server->open(listener));
  server->run();
  return server;
}

}  // namespace drover::net
