#include "agent/notifier.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace drover::agent {
namespace {

std::unexpected<Error> socket_error(const std::filesystem::path& path, const char* doing) {
  return fail(Code::io_failed, fmt::format("{}: cannot {}: {}", path.string(), doing, std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<Notifier>> Notifier::open(const std::filesystem::path& path, Ask ask) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path)
    return fail(Code::invalid_argument,
                fmt::format("{}: longer than a socket's path may be ({}): choose a shorter run_dir", text,
                            sizeof address.sun_path - 1));
  text.copy(address.sun_path, text.size());
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return socket_error(path, "make a socket");
  ::unlink(text.c_str());
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return socket_error(path, "bind");
  if (::chmod(text.c_str(), 0660) != 0 || ::listen(listener.get(), 64) != 0)
    return socket_error(path, "listen");
  return std::unique_ptr<Notifier>(new Notifier(path, std::move(listener), std::move(ask)));
}

Notifier::~Notifier() { ::unlink(path_.c_str()); }

void Notifier::descriptors(std::vector<int>& into) const {
  into.push_back(listener_.get());
  for (const Client& client : clients_) into.push_back(client.fd.get());
}

void Notifier::pump() {
  std::erase_if(clients_, [this](Client& client) { return !serve(client); });
  accept_waiting();
}

void Notifier::accept_waiting() {
  for (;;) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return;
    if (clients_.size() >= kClientsMax) continue;  // closed: libdrover looks at the symlink meanwhile
    Client client{.fd = std::move(fd), .line = {}, .model = {}};
    if (serve(client)) clients_.push_back(std::move(client));
  }
}

/// Reads what came. The first line names the model; anything after it is a mistake.
bool Notifier::serve(Client& client) {
  std::array<char, kLineBytesMax> bytes{};
  const ssize_t got = ::recv(client.fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0 || client.model) return false;
  client.line.append(bytes.data(), static_cast<std::size_t>(got));
  const std::size_t end = client.line.find('\n');
  if (end == std::string::npos) return client.line.size() < kLineBytesMax;
  if (end + 1 != client.line.size()) return false;
  Result<ModelName> model = ModelName::parse(std::string_view(client.line).substr(0, end));
  if (!model) return false;
  client.model = std::move(*model);
  return tell(client);
}

bool Notifier::tell(const Client& client) {
  const std::optional<ActiveVersion> active = ask_(*client.model);
  const std::string line =
      active ? fmt::format("{} {}\n", active->digest.hex(), active->version.str()) : std::string("- -\n");
  const ssize_t sent = ::send(client.fd.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(line.size());
}

void Notifier::changed(const ModelName& model) {
  std::erase_if(clients_, [&](Client& client) { return client.model == model && !tell(client); });
}

}  // namespace drover::agent
