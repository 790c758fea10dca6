#include "agent/command_line.h"

#include <algorithm>
#include <cctype>

#include "fs/file_system.h"

namespace drover::agent {
namespace {

std::string variable_name(std::string_view key) {
  std::string name = "DROVER_";
  std::ranges::transform(key, std::back_inserter(name), [](unsigned char c) { return std::toupper(c); });
  return name;
}

Status read_file(const Arguments& arguments, const std::function<const char*(const char*)>& variable,
                 Config& config) {
  std::string path = arguments.config_file;
  if (const char* named = variable("DROVER_CONFIG"); path.empty() && named != nullptr) path = named;
  const bool asked = !path.empty();
  if (!asked) path = kConfigFile;
  const auto text = fs::read_file(fs::real_file_system(), path, kConfigBytesMax);
  if (!text && text.error().code == Code::not_found && !asked) return {};
  if (!text) return fail(text.error());
  return read_config(as_text(*text), config).in(path);
}

}  // namespace

Result<Config> load_config(const Arguments& arguments,
                           const std::function<const char*(const char*)>& variable) {
  Config config;
  DROVER_TRY(read_file(arguments, variable, config));
  for (const Option& option : options()) {
    const std::string name = variable_name(option.key);
    if (const char* value = variable(name.c_str()); value != nullptr)
      DROVER_TRY(option.set(config, value).in(name));
    const auto flag = arguments.flags.find(std::string(option.key));
    if (flag != arguments.flags.end()) DROVER_TRY(option.set(config, flag->second).in("--" + flag->first));
  }
  return config;
}

}  // namespace drover::agent
