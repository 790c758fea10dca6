#include "process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include "base/process.h"
#include "base/unique_fd.h"
#include "pid_file.h"

namespace drover::defect {
namespace {

[[noreturn]] void become(std::vector<std::string>& argv, int log, bool outlives_us) {
  if (outlives_us)
    ::setsid();
  else
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // no daemon outlives a demo that dies
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  std::vector<char*> words;
  for (std::string& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

}  // namespace

std::string last_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string last;
  for (std::string line; std::getline(in, line);) last = std::move(line);
  return last;
}

std::string text(const Json& object, std::string_view key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_string()) return "";
  return object[key].get<std::string>();
}

Result<Daemon> Daemon::start(std::vector<std::string> argv, const Options& options) {
  const UniqueFd file(::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (file.get() < 0)
    return fail(Code::io_failed, fmt::format("{}: {}", options.log.string(), std::strerror(errno)));
  if (::access(argv[0].c_str(), X_OK) != 0)
    return fail(Code::not_found, fmt::format("{} is not there: run make build", argv[0]));
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Code::io_failed, fmt::format("fork: {}", std::strerror(errno)));
  if (pid == 0) become(argv, file.get(), options.outlives_us);
  Daemon daemon(pid);
  DROVER_TRY(PidFile(options.pids).add(pid, std::filesystem::path(argv[0]).filename()));
  return daemon;
}

bool Daemon::gone(bool wait) {
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, wait ? 0 : WNOHANG) == pid_) {
    pid_ = -1;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  return pid_ <= 0;
}

bool Daemon::runs() const {
  siginfo_t ended{};
  return pid_ > 0 && ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0;
}

int Daemon::wait() {
  gone(true);
  return exit_code_;
}

void Daemon::stop() {
  using std::chrono::milliseconds;
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < 100 && !gone(false); ++i) std::this_thread::sleep_for(milliseconds(50));
  kill();
}

void Daemon::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  gone(true);
}

Result<Json> ask(std::vector<std::string> argv, std::chrono::seconds time_max) {
  const std::string called = fmt::format("{} {}", std::filesystem::path(argv[0]).filename().string(),
                                         argv.size() > 1 ? argv[1] : "");
  const Command command{.argv = std::move(argv), .time_max = time_max};
  const ProcessResult result = DROVER_TRY(run_process(command).in(called));
  Json answer = Json::parse(result.out, nullptr, false);
  if (result.ok() && !answer.is_discarded()) return answer;
  if (answer.is_object() && answer.contains("error")) {
    const Json& error = answer["error"];
    return fail(
        Error{code_named(error.value("code", "internal")), error.value("message", result.out), called});
  }
  return fail(Code::bad_response, fmt::format("{} {}: {}{}", called, result.explain(), result.stderr_tail(),
                                              result.ok() ? "its answer is no JSON" : ""));
}

Result<int> free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), plain, size) != 0 || ::getsockname(socket.get(), plain, &size) != 0)
    return fail(Code::io_failed, fmt::format("no free port: {}", std::strerror(errno)));
  return ntohs(address.sin_port);
}

}  // namespace drover::defect
