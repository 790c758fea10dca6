#include "terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace drover::defect {
namespace {

volatile std::sig_atomic_t signal_came = 0;

}  // namespace

ProgressLine::ProgressLine() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (!shown_.empty()) fmt::print("\r\033[K");
}

void ProgressLine::show(const std::string& text) {
  constexpr std::size_t kWidth = 76;
  if (!terminal_ || text == shown_) return;
  shown_ = text;
  fmt::print("\r\033[K  {}", text.substr(0, kWidth));
  std::fflush(stdout);
}

void catch_interruptions() {
  struct sigaction action{};
  action.sa_handler = [](int) { signal_came = 1; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

bool interrupted() { return signal_came != 0; }

}  // namespace drover::defect
