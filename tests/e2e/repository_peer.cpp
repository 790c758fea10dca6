#include "repository_peer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>

namespace drover::e2e {
namespace {

constexpr int kLookForTheEndEveryMs = 50;
constexpr int kTrickleEveryMs = 100;

std::string head(std::string_view status, std::string_view headers) {
  return fmt::format("HTTP/1.1 {}\r\nConnection: close\r\n{}\r\n", status, headers);
}

std::string length_header(std::size_t bytes) { return fmt::format("Content-Length: {}\r\n", bytes); }

std::string read_head(const UniqueFd& peer) {
  std::string head;
  std::array<char, 4096> piece;
  while (!head.contains("\r\n\r\n")) {
    const auto got = ::recv(peer.get(), piece.data(), piece.size(), 0);
    if (got <= 0) return {};
    head.append(piece.data(), static_cast<std::size_t>(got));
  }
  return head;
}

std::string path_in(const std::string& head) {
  const std::size_t begin = head.find(' ');
  return begin == std::string::npos ? "" : head.substr(begin + 1, head.find(' ', begin + 1) - begin - 1);
}

/// Where the request's range begins.
std::size_t range_in(const std::string& head) {
  constexpr std::string_view key = "Range: bytes=";
  const std::size_t at = head.find(key);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + key.size()));
}

void send_file(const UniqueFd& peer, std::string_view body, std::size_t from) {
  if (from == 0) {
    send_all(peer, head("200 OK", length_header(body.size())));
  } else {
    const std::string range =
        fmt::format("Content-Range: bytes {}-{}/{}\r\n", from, body.size() - 1, body.size());
    send_all(peer, head("206 Partial Content", length_header(body.size() - from) + range));
  }
  send_all(peer, body.substr(from));
}

}  // namespace

RepositoryPeer::RepositoryPeer(Path repository)
    : repository_(std::move(repository)), thread_([this] { serve(); }) {}

RepositoryPeer::~RepositoryPeer() {
  stop_ = true;
  thread_.join();
  for (std::thread& thread : answering_) thread.join();
}

std::string RepositoryPeer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

void RepositoryPeer::misbehave(const std::string& part, Fault fault) {
  const std::lock_guard lock(mutex_);
  faulty_part_ = part;
  fault_ = fault;
}

int RepositoryPeer::requests(const std::string& part) const {
  const std::lock_guard lock(mutex_);
  int sum = 0;
  for (const auto& [path, count] : requests_)
    if (path.contains(part)) sum += count;
  return sum;
}

Fault RepositoryPeer::note(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ++requests_[path];
  return path.contains(faulty_part_) ? fault_ : Fault::none;
}

void RepositoryPeer::serve() {
  while (!stop_) {
    if (!readable(listener_, kLookForTheEndEveryMs)) continue;
    answering_.emplace_back([this, peer = UniqueFd(::accept4(listener_.get(), nullptr, nullptr,
                                                             SOCK_CLOEXEC))] { answer(peer); });
  }
}

void RepositoryPeer::answer(const UniqueFd& peer) {
  const std::string request = read_head(peer);
  if (request.empty()) return;
  const std::string path = path_in(request);
  const Path file = repository_ / Path(path).relative_path();
  const Fault fault = note(path);
  if (fault == Fault::none && !std::filesystem::is_regular_file(file))
    send_all(peer, head("404 Not Found", length_header(0)));
  else if (fault == Fault::none)
    send_file(peer, read_file(file), range_in(request));
  else
    send_wrongly(peer, path, read_file(file), fault);
}

void RepositoryPeer::send_wrongly(const UniqueFd& peer, const std::string& path, std::string body,
                                  Fault fault) const {
  switch (fault) {
    case Fault::none:
      break;
    case Fault::silent:
      send_all(peer, head("200 OK", length_header(body.size())));
      return stay(peer);
    case Fault::trickle:
      send_all(peer, head("200 OK", length_header(body.size())));
      for (const char byte : body) {
        if (stop_ || readable(peer, kTrickleEveryMs) || !send_all(peer, {&byte, 1})) return;
      }
      break;
    case Fault::wrong_bytes:
      for (char& byte : body) byte ^= 1;
      return send_file(peer, body, 0);
    case Fault::endless:
      send_all(peer, head("200 OK", ""));
      while (!stop_ && send_all(peer, body)) {
      }
      break;
    case Fault::not_found:
      send_all(peer, head("404 Not Found", length_header(0)));
      break;
    case Fault::server_error:
      send_all(peer, head("500 Internal Server Error", length_header(0)));
      break;
    case Fault::redirects:
      send_all(peer, head("302 Found", fmt::format("Location: {}{}\r\n", url(), path) + length_header(0)));
      break;
    case Fault::garbage:
      send_all(peer, "\x16\x03\x01 this is no HTTP\r\n\r\n");
      break;
  }
}

/// Until the peer goes.
void RepositoryPeer::stay(const UniqueFd& peer) const {
  while (!stop_ && !readable(peer, kLookForTheEndEveryMs)) {
  }
}

}  // namespace drover::e2e
