#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/asio/stream.h"

namespace drover::net {

enum class Woken : std::uint8_t { notified, limit, peer_gone };

/// One request that waits. Lives on its connection's executor.
struct Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  Woken woken = Woken::limit;
  bool is_over = false;

  /// From the connection's executor only.
  void wake(Woken how);
};

/// Who waits for which key, and what was notified since.
class Waiters {
 public:
  /// A moment: what is notified after it is not missed by a wait() that names it.
  [[nodiscard]] std::uint64_t now() const { return sequence_; }
  void notify(const std::string& key);
  void notify_all();
  /// Returns at the next notification of `key` after the moment `since`, or at `until`.
  asio::awaitable<Woken> wait(std::shared_ptr<Waiter> waiter, std::string key, std::uint64_t since,
                              SteadyClock::time_point until);
  [[nodiscard]] std::size_t count() const;

 private:
  using Map = std::multimap<std::string, std::shared_ptr<Waiter>>;
  struct Place;
  static void wake_later(const std::shared_ptr<Waiter>& waiter);
  std::atomic<std::uint64_t>& last_of(const std::string& key);

  mutable std::mutex mutex_;
  Map waiting_;  // guarded by mutex_
  std::atomic<std::uint64_t> sequence_ = 0;
  // The last notification of each key, folded: two keys in one place cost a look too many, never one too few.
  std::array<std::atomic<std::uint64_t>, 1024> last_{};
};

}  // namespace drover::net
