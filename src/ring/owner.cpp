#include "ring/owner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace drover::ring {
namespace {

constexpr unsigned kPidBits = 22;
constexpr std::uint64_t kPidMask = (std::uint64_t{1} << kPidBits) - 1;

struct Stat {
  char state = 'X';
  std::uint64_t start_ticks = 0;
};

/// Fields 3 and 22 of /proc/PID/stat, proc(5). The command, field 2, may hold spaces and parentheses.
std::optional<Stat> parse_stat(std::string_view text) {
  const std::size_t command_end = text.rfind(')');
  if (command_end == std::string_view::npos || command_end + 2 >= text.size()) return std::nullopt;
  text.remove_prefix(command_end + 2);
  Stat stat{.state = text.front()};
  for (int field = 3; field < 22; ++field) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    text.remove_prefix(space + 1);
  }
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), stat.start_ticks);
  if (parsed.ec != std::errc()) return std::nullopt;
  return stat;
}

std::optional<Stat> read_stat(const std::string& process) {
  const int fd = ::open(("/proc/" + process + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::array<char, 1024> text{};
  const ssize_t got = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (got <= 0) return std::nullopt;
  return parse_stat({text.data(), static_cast<std::size_t>(got)});
}

}  // namespace

std::uint64_t owner_of(std::uint32_t pid, std::uint64_t start_ticks) {
  return (start_ticks << kPidBits) | (pid & kPidMask);
}

std::uint32_t pid_of(std::uint64_t owner) { return static_cast<std::uint32_t>(owner & kPidMask); }

std::uint64_t this_process() {
  const std::optional<Stat> stat = read_stat("self");
  return owner_of(static_cast<std::uint32_t>(::getpid()), stat ? stat->start_ticks : 0);
}

bool is_alive(std::uint64_t owner) {
  const std::optional<Stat> stat = read_stat(fmt::format("{}", pid_of(owner)));
  if (!stat || stat->state == 'Z' || stat->state == 'X') return false;
  return owner_of(pid_of(owner), stat->start_ticks) == owner;
}

}  // namespace drover::ring
