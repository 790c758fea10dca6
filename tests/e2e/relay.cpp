#include "relay.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace drover::e2e {
namespace {

constexpr int kLookForTheEndEveryMs = 50;
constexpr std::size_t kPieceBytes = 16 * 1024;

}  // namespace

Relay::Relay(int to_port, std::vector<std::uint64_t> breaks, std::uint64_t bytes_per_second)
    : breaks_(std::move(breaks)),
      to_port_(to_port),
      bytes_per_second_(bytes_per_second),
      thread_([this] { serve(); }) {}

Relay::~Relay() {
  stop_ = true;
  thread_.join();
}

void Relay::serve() {
  while (!stop_) {
    std::vector<pollfd> ready = {{listener_.get(), POLLIN, 0}};
    for (const Line& line : lines_) {
      ready.push_back({line.client.get(), POLLIN, 0});
      ready.push_back({line.server.get(), POLLIN, 0});
    }
    if (::poll(ready.data(), ready.size(), kLookForTheEndEveryMs) <= 0) continue;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (!pass_on(lines_[i], ready[1 + 2 * i].revents != 0, ready[2 + 2 * i].revents != 0))
        lines_[i].client.reset();
    std::erase_if(lines_, [](const Line& line) { return !line.client; });
    if (ready[0].revents != 0) accept_one();
  }
}

void Relay::accept_one() {
  UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  UniqueFd server = connect_to_loopback(to_port_);
  if (client && server) lines_.push_back({std::move(client), std::move(server)});
}

/// False when the line is over.
bool Relay::pass_on(Line& line, bool from_client, bool from_server) {
  if (from_client) {
    std::array<char, kPieceBytes> piece;
    const auto got = ::recv(line.client.get(), piece.data(), piece.size(), 0);
    if (got <= 0 || !send_all(line.server, {piece.data(), static_cast<std::size_t>(got)})) return false;
  }
  return !from_server || to_client(line);
}

bool Relay::to_client(Line& line) {
  std::array<char, kPieceBytes> piece;
  const auto got = ::recv(line.server.get(), piece.data(), piece.size(), 0);
  if (got <= 0 || !send_all(line.client, {piece.data(), static_cast<std::size_t>(got)})) return false;
  keep_pace(static_cast<std::size_t>(got));
  bytes_sent_ += static_cast<std::uint64_t>(got);
  if (broken_ >= breaks_.size() || bytes_sent_ < breaks_[broken_]) return true;
  if (broken_++ % 2 == 1) reset_connection(line.client);
  return false;
}

void Relay::keep_pace(std::size_t bytes) {
  const std::chrono::nanoseconds takes(bytes * 1'000'000'000 / bytes_per_second_);
  free_at_ = std::max(free_at_, std::chrono::steady_clock::now()) + takes;
  std::this_thread::sleep_until(free_at_);
}

}  // namespace drover::e2e
