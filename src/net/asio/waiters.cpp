#include "net/asio/waiters.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace drover::net {

void Waiter::wake(Woken how) {
  if (is_over) return;
  woken = how;
  is_over = true;
  timer.cancel();
}

std::atomic<std::uint64_t>& Waiters::last_of(const std::string& key) {
  return last_[std::hash<std::string>()(key) % last_.size()];
}

void Waiters::wake_later(const std::shared_ptr<Waiter>& waiter) {
  asio::post(waiter->timer.get_executor(), [waiter] { waiter->wake(Woken::notified); });
}

void Waiters::notify(const std::string& key) {
  const std::lock_guard lock(mutex_);
  last_of(key) = ++sequence_;
  const auto [begin, end] = waiting_.equal_range(key);
  for (auto it = begin; it != end; ++it) wake_later(it->second);
}

void Waiters::notify_all() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t sequence = ++sequence_;
  for (auto& last : last_) last = sequence;
  for (const auto& [key, waiter] : waiting_) wake_later(waiter);
}

std::size_t Waiters::count() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

/// Takes the entry out again, also when the coroutine is destroyed while it waits.
struct Waiters::Place {
  Waiters& waiters;
  Map::iterator entry;
  ~Place() {
    const std::lock_guard lock(waiters.mutex_);
    waiters.waiting_.erase(entry);
  }
};

asio::awaitable<Woken> Waiters::wait(std::shared_ptr<Waiter> waiter, std::string key, std::uint64_t since,
                                     SteadyClock::time_point until) {
  Map::iterator entry;
  {
    const std::lock_guard lock(mutex_);
    if (last_of(key) > since) {
      waiter->is_over = true;
      co_return Woken::notified;
    }
    entry = waiting_.emplace(std::move(key), waiter);
  }
  const Place place{*this, entry};
  boost::system::error_code ignored;
  if (!waiter->is_over) {
    waiter->timer.expires_at(until);
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  waiter->is_over = true;
  co_return waiter->woken;
}

}  // namespace drover::net
