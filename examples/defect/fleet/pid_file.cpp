#include "pid_file.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace drover::defect {
namespace {

using std::chrono::milliseconds;

constexpr int kFieldsToStart =
    19;  // from the state, which follows the name in parentheses (proc(5): 3 to 22)

bool any_lives(const std::vector<ListedProcess>& processes) {
  return std::ranges::any_of(processes, &ListedProcess::lives);
}

}  // namespace

std::optional<ListedProcess> look_at(pid_t pid, const std::string& program) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_ends = text.rfind(')');
  if (name_ends == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_ends + 1));
  std::string field, state;
  for (int i = 0; i <= kFieldsToStart && fields >> field; ++i)
    if (i == 0) state = field;
  if (!fields || state == "Z" || state == "X") return std::nullopt;
  return ListedProcess{pid, std::stoull(field), program};
}

bool ListedProcess::lives() const {
  const auto now = look_at(pid, program);
  return now && now->started == started;
}

Status PidFile::add(pid_t pid, const std::string& program) const {
  const auto process = look_at(pid, program);
  if (!process) return {};  // it is gone already, and who waits for it will say so
  std::ofstream file(path_, std::ios::app);
  file << fmt::format("{} {} {}\n", process->pid, process->started, process->program) << std::flush;
  return file ? Status() : fail(Code::io_failed, path_.string() + ": cannot be written");
}

std::vector<ListedProcess> PidFile::living() const {
  std::vector<ListedProcess> found;
  std::ifstream file(path_);
  ListedProcess one;
  while (file >> one.pid >> one.started >> one.program)
    if (one.lives()) found.push_back(one);
  return found;
}

std::vector<ListedProcess> PidFile::stop() const {
  std::vector<ListedProcess> processes = living();
  std::erase_if(processes, [](const ListedProcess& one) { return one.pid == ::getpid(); });
  std::ranges::reverse(processes);
  for (const ListedProcess& one : processes) ::kill(one.pid, SIGTERM);
  for (int i = 0; i < 100 && any_lives(processes); ++i) std::this_thread::sleep_for(milliseconds(100));
  for (const ListedProcess& one : processes)
    if (one.lives()) ::kill(one.pid, SIGKILL);
  return processes;
}

}  // namespace drover::defect
