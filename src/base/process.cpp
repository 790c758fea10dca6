#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <climits>
#include <cstring>

extern char** environ;

namespace drover {
namespace {

using std::chrono::milliseconds;

// Without a pidfd the end of a child that has closed its pipes is found by looking this often.
constexpr milliseconds kLookAgain{20};

struct Pipe {
  UniqueFd ours, theirs;
};

// Both ends above 2, so that the child's dup2 onto 1 and 2 overwrites neither.
Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(Code::io_failed, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  for (UniqueFd* end : {&pipe.ours, &pipe.theirs})
    if (end->get() <= 2) end->reset(::fcntl(end->get(), F_DUPFD_CLOEXEC, 3));
  if (::fcntl(pipe.ours.get(), F_SETFL, O_NONBLOCK) != 0)
    return fail(Code::io_failed, fmt::format("cannot set up a pipe: {}", std::strerror(errno)));
  return pipe;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& changes) {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view key = text.substr(0, text.find('='));
    const bool replaced = std::ranges::any_of(changes, [&](const std::string& change) {
      return std::string_view(change).substr(0, change.find('=')) == key;
    });
    if (!replaced) all.emplace_back(text);
  }
  all.insert(all.end(), changes.begin(), changes.end());
  return all;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const std::string& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// posix_spawn's actions and attributes, destroyed together.
class Spawn {
 public:
  Spawn(int out, int err) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, out, 1);
    ::posix_spawn_file_actions_adddup2(&actions_, err, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  Result<pid_t> run(const Command& command) {
    const std::vector<std::string> environment = merged_environment(command.environment);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, command.argv[0].c_str(), &actions_, &attributes_,
                                    pointers(command.argv).data(), pointers(environment).data());
    if (error == 0) return pid;
    return fail(error == ENOENT ? Code::not_found : Code::io_failed,
                fmt::format("cannot start {}: {}", command.argv[0], std::strerror(error)));
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

void keep_tail(std::string& text, std::size_t bytes_max) {
  if (text.size() > bytes_max) text.erase(0, text.size() - bytes_max);
}

}  // namespace

Result<Child> Child::start(const Command& command, Clock& clock) {
  if (command.argv.empty()) return fail(Code::invalid_argument, "a command needs a program to run");
  Pipe out = DROVER_TRY(make_pipe());
  Pipe err = DROVER_TRY(make_pipe());
  Child child;
  child.pid_ = DROVER_TRY(Spawn(out.theirs.get(), err.theirs.get()).run(command));
  child.finished_ = false;
#ifdef SYS_pidfd_open
  child.exit_.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
#endif
  child.streams_ = {std::move(out.ours), std::move(err.ours)};
  child.stdout_bytes_max_ = command.stdout_bytes_max;
  child.stderr_bytes_max_ = command.stderr_bytes_max;
  child.clock_ = &clock;
  child.deadline_ = clock.monotonic() + command.time_max;
  child.result_.time_max = command.time_max;
  return child;
}

Child::Child(Child&& other) noexcept { *this = std::move(other); }

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  abandon();
  pid_ = std::exchange(other.pid_, -1);
  finished_ = std::exchange(other.finished_, true);
  exit_ = std::move(other.exit_);
  streams_ = std::move(other.streams_);
  stdout_bytes_max_ = other.stdout_bytes_max_;
  stderr_bytes_max_ = other.stderr_bytes_max_;
  clock_ = other.clock_;
  deadline_ = other.deadline_;
  result_ = std::move(other.result_);
  return *this;
}

Child::~Child() { abandon(); }

void Child::abandon() {
  if (finished_) return;
  kill();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  finished_ = true;
}

std::vector<int> Child::fds() const {
  std::vector<int> result;
  if (finished_) return result;
  if (exit_) result.push_back(exit_.get());
  for (const UniqueFd& stream : streams_)
    if (stream) result.push_back(stream.get());
  return result;
}

milliseconds Child::poll_timeout() const {
  if (finished_) return milliseconds{0};
  const auto left = std::chrono::ceil<milliseconds>(deadline_ - clock_->monotonic());
  return std::clamp(left, milliseconds{0}, exit_ ? milliseconds{60'000} : kLookAgain);
}

void Child::kill() {
  if (!finished_) ::kill(-pid_, SIGKILL);
}

bool Child::pump() {
  if (finished_) return true;
  for (std::size_t index = 0; index < streams_.size(); ++index) read_stream(index);
  if (!reap()) {
    if (clock_->monotonic() < deadline_) return false;
    result_.timed_out = true;
    kill();
    deadline_ = clock_->monotonic() + milliseconds{1000};
    return false;
  }
  for (std::size_t index = 0; index < streams_.size(); ++index) read_stream(index);
  streams_ = {};
  exit_.reset();
  finished_ = true;
  return true;
}

void Child::read_stream(std::size_t index) {
  UniqueFd& stream = streams_[index];
  char buffer[16384];
  // A child that talks without end must not keep us here.
  for (int round = 0; stream && round < 64; ++round) {
    const ssize_t count = ::read(stream.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return stream.reset();
    const std::string_view piece(buffer, static_cast<std::size_t>(count));
    if (index == 1) {
      result_.err += piece;
      keep_tail(result_.err, stderr_bytes_max_);
    } else {
      const std::size_t room = stdout_bytes_max_ - result_.out.size();
      result_.stdout_cut |= piece.size() > room;
      result_.out += piece.substr(0, room);
    }
  }
}

bool Child::reap() {
  // Looked at first and buried after, so that the group's number cannot meanwhile belong to somebody else.
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0)
    return false;
  ::kill(-pid_, SIGKILL);  // whatever it may have left behind in its group
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) return true;
  }
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return true;
}

Result<ProcessResult> run_process(const Command& command) {
  Child child = DROVER_TRY(Child::start(command));
  while (!child.pump()) {
    std::vector<pollfd> polled;
    for (const int fd : child.fds()) polled.push_back({fd, POLLIN, 0});
    ::poll(polled.data(), polled.size(), static_cast<int>(child.poll_timeout().count()));
  }
  return child.result();
}

Result<std::string> program_directory() {
  char path[PATH_MAX];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0)
    return fail(Code::io_failed, fmt::format("cannot read /proc/self/exe: {}", std::strerror(errno)));
  const std::string_view text(path, static_cast<std::size_t>(size));
  return std::string(text.substr(0, text.rfind('/')));
}

}  // namespace drover
