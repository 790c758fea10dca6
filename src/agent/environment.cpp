#include "agent/environment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <fstream>
#include <iterator>

namespace drover::agent {
namespace {

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string kernel() {
  utsname name{};
  return ::uname(&name) == 0 ? fmt::format("{} {}", name.sysname, name.release) : "";
}

std::string os() {
  const std::string text = text_of("/etc/os-release");
  return os_of(text.empty() ? text_of("/usr/lib/os-release") : text);
}

/// The value of KEY=VALUE or KEY="VALUE" on a line of its own; empty when there is none.
std::string_view value_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    line.remove_prefix(key.size() + 1);
    if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front())
      line = line.substr(1, line.size() - 2);
    return line;
  }
  return {};
}

}  // namespace

std::string file_mark(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return "missing";
  return fmt::format("{} bytes, inode {}, {}.{:09}", info.st_size, info.st_ino, info.st_mtim.tv_sec,
                     info.st_mtim.tv_nsec);
}

std::string os_of(std::string_view os_release) {
  std::string words;
  for (const std::string_view key : {"ID", "VERSION_ID", "BUILD_ID", "IMAGE_VERSION"})
    if (const std::string_view value = value_of(os_release, key); !value.empty())
      words += fmt::format("{}{}", words.empty() ? "" : " ", value.substr(0, 100));
  return words;
}

lifecycle::Environment environment_of(const Result<bundle::AboutReport>& engine) {
  lifecycle::Environment environment = {{"kernel", kernel()}, {"os", os()}};
  if (!engine) {
    environment["engine"] = "none";
    return environment;
  }
  environment["engine"] = fmt::format("{} {}", engine->engine, engine->version);
  environment["library"] = fmt::format("{}: {}", engine->library, file_mark(engine->library));
  environment["delegates"] = fmt::format("{}", fmt::join(engine->delegates, ","));
  return environment;
}

}  // namespace drover::agent
