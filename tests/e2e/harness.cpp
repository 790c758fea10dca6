#include "harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "base/process.h"

namespace drover::e2e {
namespace {

constexpr std::chrono::milliseconds kCommandTimeMax{120'000};
constexpr std::chrono::milliseconds kLookEvery{10};

std::vector<char*> pointers(Words& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string program(const std::string& name) { return std::string(DROVER_BIN_DIR) + "/" + name; }

Ended run(const Words& argv) {
  const auto result = run_process({.argv = argv, .time_max = kCommandTimeMax});
  if (!result) throw std::runtime_error(fmt::format("{}: {}", fmt::join(argv, " "), result.error().text()));
  return {.exit_code = result->exit_code, .out = result->out, .err = result->err};
}

std::string must(const Words& argv) {
  const Ended ended = run(argv);
  if (ended.exit_code != 0)
    throw std::runtime_error(
        fmt::format("{}: exit {}\n{}{}", fmt::join(argv, " "), ended.exit_code, ended.out, ended.err));
  return ended.out;
}

json must_json(Words argv) {
  argv.emplace_back("--json");
  return json::parse(must(argv));
}

Scratch::Scratch() {
  std::string name = testing::TempDir() + "drover_e2e_XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (testing::Test::HasFailure())
    fmt::print(stderr, "what the test left is in {}\n", path_.string());
  else
    std::filesystem::remove_all(path_, ignored);
}

Process::Process(Words argv, Path log, Words environment) : log_(std::move(log)) {
  std::vector<char*> words = pointers(argv);
  const int out = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (out < 0) throw std::runtime_error("cannot write " + log_.string());
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that aborts leaves nothing running
    ::dup2(out, 1);
    ::dup2(out, 2);
    for (std::string& variable : environment) ::putenv(variable.data());
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ::close(out);
  if (pid_ < 0) throw std::runtime_error("cannot fork");
}

Process::~Process() { kill9(); }

void Process::kill9() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int Process::stop() {
  if (pid_ <= 0) return -1;
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool Process::running() {
  if (pid_ <= 0) return false;
  if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

std::string Process::log_tail(std::size_t lines) const {
  const std::string text = read_file(log_);
  std::size_t at = text.size();
  for (std::size_t i = 0; i <= lines && at != std::string::npos && at > 0; ++i) at = text.rfind('\n', at - 1);
  return at == std::string::npos ? text : text.substr(at);
}

void wait_until(const std::string& what, const std::function<bool()>& done, const Process* log_of,
                std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error(fmt::format("not within {} s: {}\n{}", limit.count(), what,
                                           log_of != nullptr ? log_of->log_tail() : ""));
    std::this_thread::sleep_for(kLookEvery);
  }
}

std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string error_code(const json& model) {
  const auto error = model.find("error");
  return error != model.end() && error->is_object() ? text(*error, "code") : "";
}

void write_file(const Path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_file(const Path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

}  // namespace drover::e2e
