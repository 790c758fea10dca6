#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/control_request.h"
#include "agent/control_socket.h"
#include "base/bytes.h"
#include "base/canonical_json.h"

namespace {

using namespace drover;
using namespace drover::agent;

const std::string& path() {
  static const std::string made = "/tmp/drover-control-fuzz-" + std::to_string(::getpid()) + ".sock";
  return made;
}

ControlSocket& agent_socket() {
  static const auto socket =
      ControlSocket::open(path(), [](const nlohmann::json& request) -> Result<nlohmann::json> {
        const ControlRequest read = DROVER_TRY(read_control_request(request));
        return nlohmann::json{{"verb", static_cast<int>(read.verb)}};
      }).value();
  return *socket;
}

UniqueFd client() {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path().copy(where.sun_path, sizeof(where.sun_path) - 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0) __builtin_trap();
  return fd;
}

/// What the agent answered to `text`, a client that reads meanwhile; up to the end of the connection.
std::string exchange(std::string_view text) {
  ControlSocket& agent = agent_socket();
  const UniqueFd fd = client();
  std::string answers;
  std::array<char, 4096> buffer;
  bool is_told = false;
  for (;;) {
    if (!text.empty()) {
      const ssize_t sent = ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
      text.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : errno == EAGAIN ? 0 : text.size());
    }
    if (text.empty() && !std::exchange(is_told, true)) ::shutdown(fd.get(), SHUT_WR);
    agent.pump();
    ssize_t got = 0;
    while ((got = ::read(fd.get(), buffer.data(), buffer.size())) > 0)
      answers.append(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0 || errno != EAGAIN) return answers;
  }
}

}  // namespace

/// Any bytes on the control socket: a document a line comes back, no more lines than were sent, and the agent
/// is done with the client at its end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const std::string all = exchange(text);
  std::string_view answers = all;
  if (std::ranges::count(answers, '\n') > std::ranges::count(text, '\n')) __builtin_trap();
  for (std::size_t end = 0; (end = answers.find('\n')) != answers.npos; answers.remove_prefix(end + 1))
    if (const auto answer = parse_json(answers.substr(0, end)); !answer || !answer->is_object())
      __builtin_trap();
  std::vector<int> left;
  agent_socket().descriptors(left);
  if (left.size() != 1) __builtin_trap();
  return 0;
}
