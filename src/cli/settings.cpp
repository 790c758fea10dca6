#include "cli/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/toml.h"
#include "fs/file_system.h"

namespace drover::cli {
namespace {

constexpr std::uint64_t kFileBytesMax = 64 << 10;

struct Setting {
  std::string_view key;
  const char* variable;
  bool is_path = true;
};

constexpr Setting kSettings[] = {{"workspace", "DROVER_WORKSPACE"},
                                 {"server", "DROVER_SERVER", false},
                                 {"token_file", "DROVER_TOKEN_FILE"},
                                 {"ca", "DROVER_CA"},
                                 {"root", "DROVER_ROOT"},
                                 {"keys", "DROVER_KEYS"},
                                 {"passphrase_file", "DROVER_PASSPHRASE_FILE"},
                                 {"worker", "DROVER_WORKER"},
                                 {"log_format", "DROVER_LOG_FORMAT", false}};

std::string at(const toml::node& node) {
  const auto begin = node.source().begin;
  return fmt::format("line {}, column {}", begin.line, begin.column);
}

Status set_one(std::string_view key, const toml::node& value, const fs::Path& directory) {
  const auto* setting = std::ranges::find(kSettings, key, &Setting::key);
  if (setting == std::end(kSettings))
    return fail(Code::bad_toml, fmt::format("{}: {}: unknown; see drover --help", at(value), key));
  const auto text = value.value<std::string>();
  if (!text) return fail(Code::bad_toml, fmt::format("{}: {}: a string expected", at(value), key));
  const std::string meant = setting->is_path ? (directory / *text).string() : *text;
  ::setenv(setting->variable, meant.c_str(), 0);
  return {};
}

Status set_all(std::string_view text, const fs::Path& path) {
  try {
    const toml::table table = toml::parse(text);
    for (const auto& [key, value] : table)
      DROVER_TRY(set_one(key.str(), value, std::filesystem::absolute(path).parent_path()));
    return {};
  } catch (const toml::parse_error& error) {
    const auto begin = error.source().begin;
    return fail(Code::bad_toml,
                fmt::format("line {}, column {}: {}", begin.line, begin.column, error.description()));
  }
}

}  // namespace

std::string or_environment(const std::string& given, const char* variable) {
  const char* value = std::getenv(variable);
  return given.empty() && value != nullptr ? value : given;
}

Status load_settings(const std::string& path) {
  const std::string named = or_environment(path, "DROVER_CONFIG");
  if (named.empty()) return {};
  const auto text = fs::read_file(fs::real_file_system(), named, kFileBytesMax);
  if (!text)
    return fail(Code::invalid_argument,
                fmt::format("{}: the configuration cannot be read: {}", named, text.error().text()));
  return set_all(as_text(*text), named).in(named);
}

std::string settings_help() {
  std::string text;
  for (const Setting& setting : kSettings)
    text += fmt::format("  {:<16} {}\n", setting.key, setting.variable);
  return text;
}

Result<log::Format> log_format(const std::string& given) {
  const std::string named = or_environment(given, "DROVER_LOG_FORMAT");
  if (named.empty() || named == "text") return log::Format::text;
  if (named == "json") return log::Format::json;
  return fail(Code::invalid_argument, fmt::format("log format \"{}\": text or json expected", named));
}

}  // namespace drover::cli
