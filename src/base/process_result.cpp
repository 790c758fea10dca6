#include <signal.h>

#include "base/process.h"

namespace drover {
namespace {

struct Meaning {
  int signal;
  std::string_view name, words;
};

constexpr Meaning kSignals[] = {
    {SIGSEGV, "SIGSEGV", "invalid memory access"},
    {SIGABRT, "SIGABRT", "it aborted itself"},
    {SIGBUS, "SIGBUS", "memory that is not there"},
    {SIGFPE, "SIGFPE", "impossible arithmetic, such as a division by zero"},
    {SIGILL, "SIGILL", "an instruction that this processor does not have"},
    {SIGTRAP, "SIGTRAP", "a trap"},
    {SIGSYS, "SIGSYS", "a system call that the sandbox forbids"},
    {SIGXCPU, "SIGXCPU", "the limit of CPU time"},
    {SIGXFSZ, "SIGXFSZ", "the limit of file size"},
    {SIGKILL, "SIGKILL", "killed from outside, perhaps for want of memory"},
    {SIGTERM, "SIGTERM", "asked to end"},
};

}  // namespace

std::string ProcessResult::explain() const {
  if (timed_out) return fmt::format("did not end within {} ms", time_max.count());
  if (signal == 0) return fmt::format("exited with status {}", exit_code);
  const auto* const known = std::ranges::find(kSignals, signal, &Meaning::signal);
  if (known == std::end(kSignals)) return fmt::format("was killed by signal {}", signal);
  return fmt::format("was killed by {} ({})", known->name, known->words);
}

std::string ProcessResult::stderr_tail(std::size_t bytes_max) const {
  std::string_view text(err);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.size() > bytes_max) text.remove_prefix(text.size() - bytes_max);
  std::string result;
  for (const char c : text) result += (c == '\n' || static_cast<unsigned char>(c) >= 0x20) ? c : '?';
  return result;
}

}  // namespace drover
