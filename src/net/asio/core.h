#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "net/asio/waiters.h"
#include "net/server.h"

namespace drover::net {

class Connection;

/// What all connections of a server share. The server owns it and outlives them.
struct Core {
  Core(ServerOptions with, Handlers and_with)
      : options(std::move(with)),
        handlers(std::move(and_with)),
        pool(static_cast<std::size_t>(options.handler_threads)),
        io(options.network_threads) {}

  const ServerOptions options;
  const Handlers handlers;
  Waiters waiters;
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused = 0;

  std::mutex mutex;
  std::condition_variable connection_gone;
  std::set<Connection*> connections;  // guarded by mutex

  asio::thread_pool pool;
  asio::io_context io;  // destroyed first: it owns the coroutines
};

/// Runs `work` on the pool; the coroutine goes on where it was. `work` does not throw.
asio::awaitable<void> on_pool(Core& core, std::function<void()> work);

}  // namespace drover::net
