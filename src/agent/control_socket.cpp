#include "agent/control_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/canonical_json.h"

namespace drover::agent {
namespace {

Result<sockaddr_un> address(const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.size() >= sizeof(where.sun_path))
    return fail(Code::invalid_argument,
                fmt::format("{}: a socket's path has at most {} bytes; choose a shorter run_dir", path,
                            sizeof(where.sun_path) - 1));
  path.copy(where.sun_path, path.size());
  return where;
}

Error os_error(const std::string& path, const char* what) {
  return {Code::io_failed, fmt::format("{}: cannot {}: {}", path, what, std::strerror(errno))};
}

Result<UniqueFd> connect_to(const std::string& path) {
  const sockaddr_un where = DROVER_TRY(address(path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail(os_error(path, "make a socket"));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0) return fd;
  if (errno == EACCES || errno == EPERM)
    return fail(
        Code::not_authorized,
        fmt::format("{}: this user may not speak to the agent; become root or the agent's user", path));
  return fail(Code::unreachable,
              fmt::format("no agent answers at {}; start it with: drover-agent run --config FILE", path));
}

std::string error_line(const Error& error) {
  return nlohmann::json{{"error", {{"code", name(error.code)}, {"message", error.text()}}}}.dump(
             -1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& path, Handler handler) {
  const sockaddr_un where = DROVER_TRY(address(path));
  if (connect_to(path))
    return fail(Code::conflict, fmt::format("another agent runs already: it answers at {}", path));
  ::unlink(path.c_str());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fail(os_error(path, "make a socket"));
  const mode_t before = ::umask(0177);
  const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where));
  ::umask(before);
  if (bound != 0) return fail(os_error(path, "bind"));
  if (::listen(fd.get(), 8) != 0) return fail(os_error(path, "listen"));
  return std::unique_ptr<ControlSocket>(new ControlSocket(path, std::move(fd), std::move(handler)));
}

ControlSocket::~ControlSocket() { ::unlink(path_.c_str()); }

void ControlSocket::descriptors(std::vector<int>& into) const {
  into.push_back(listener_.get());
  for (const Client& client : clients_) into.push_back(client.fd.get());
}

void ControlSocket::pump() {
  accept_waiting();
  std::erase_if(clients_, [this](Client& client) { return !serve(client); });
}

void ControlSocket::accept_waiting() {
  while (true) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return;
    if (clients_.size() < kControlClientsMax) clients_.push_back({std::move(fd), {}});
  }
}

bool ControlSocket::serve(Client& client) {
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t got = ::read(client.fd.get(), buffer.data(), buffer.size());
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    client.line.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = client.line.find('\n')) != std::string::npos;) {
      const std::string line = client.line.substr(0, end);
      client.line.erase(0, end + 1);
      if (!answer(client, line)) return false;
    }
    if (client.line.size() > kControlLineBytesMax) return false;
  }
}

/// An answer fits into the socket's buffer; a client that does not read its answers is dropped.
bool ControlSocket::answer(Client& client, std::string_view line) {
  std::string text;
  const auto request = parse_json(line, {.bytes_max = kControlLineBytesMax, .depth_max = 8});
  if (!request) {
    text = error_line(request.error());
  } else {
    const auto answered = handler_(*request);
    text = answered ? answered->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                    : error_line(answered.error());
  }
  const ssize_t sent = ::send(client.fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(text.size());
}

Result<nlohmann::json> ask_agent(const std::string& path, const nlohmann::json& request) {
  const UniqueFd fd = DROVER_TRY(connect_to(path));
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const std::string line = request.dump() + "\n";
  if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
    return fail(os_error(path, "write"));
  std::string text;
  std::array<char, 4096> buffer;
  while (!text.ends_with('\n')) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(Code::timed_out, fmt::format("the agent at {} did not answer", path));
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  text.pop_back();
  nlohmann::json answer = DROVER_TRY(parse_json(text));
  if (!answer.contains("error") || !answer["error"].is_object()) return answer;
  const auto& error = answer["error"];
  return fail(code_named(error.value("code", "internal")), error.value("message", "the agent refused"));
}

}  // namespace drover::agent
