#include "watch.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include <array>
#include <cerrno>

#include "version.h"

namespace drover::sdk {
namespace {

constexpr time_t kRetrySeconds = 1;

void add(const UniqueFd& epoll, const UniqueFd& fd) {
  epoll_event event{.events = EPOLLIN, .data = {}};
  ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd.get(), &event);
}

}  // namespace

Watch::Watch(std::filesystem::path model_dir, std::filesystem::path socket, ModelName model)
    : model_dir_(std::move(model_dir)),
      socket_(std::move(socket)),
      model_(std::move(model)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  add(epoll_, timer_);
  connect();
}

void Watch::connect() {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = socket_.string();
  if (path.size() < sizeof address.sun_path) {
    path.copy(address.sun_path, path.size());
    agent_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const std::string line = model_.str() + "\n";
    const bool spoken =
        agent_ && ::connect(agent_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(agent_.get(), line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size());
    if (!spoken) agent_.reset();
  }
  if (agent_) add(epoll_, agent_);
  set_timer(!agent_);
}

/// The timer runs only while there is no agent.
void Watch::set_timer(bool on) {
  itimerspec when{};
  if (on) when.it_interval.tv_sec = when.it_value.tv_sec = kRetrySeconds;
  ::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

/// Takes what the agent said; its words do not matter, only that it spoke.
void Watch::hear() {
  std::array<char, 1024> words{};
  for (;;) {
    const ssize_t got = ::recv(agent_.get(), words.data(), words.size(), MSG_DONTWAIT);
    if (got > 0) continue;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    agent_.reset();
    set_timer(true);
    return;
  }
}

std::optional<Digest> Watch::look() {
  if (agent_) {
    hear();
  } else {
    std::uint64_t ticks = 0;
    if (::read(timer_.get(), &ticks, sizeof ticks) == sizeof ticks) connect();
  }
  // After hearing: a change that is told later makes fd() readable again.
  Result<Digest> digest = active_digest(model_dir_);
  if (!digest) return std::nullopt;
  return *digest;
}

}  // namespace drover::sdk
