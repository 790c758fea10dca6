#pragma once

#include <functional>
#include <map>
#include <string>

#include "agent/config.h"
#include "agent/enroll.h"

namespace drover::agent {

constexpr const char* kConfigFile = "/etc/drover/agent.toml";

/// What the command line said, before it is understood.
struct Arguments {
  std::string config_file = {};                   // empty: kConfigFile, which may be missing
  std::map<std::string, std::string> flags = {};  // by option key
  std::string log_format = "text";
  bool json = false;
  Enrolment enrolment = {};
  std::string model = {}, version = {}, digest = {};
};

/// Flags over environment over file. `variable` looks one up: std::getenv, or a test's.
/// Errors: read_config's; invalid_argument that names the flag or the variable.
Result<Config> load_config(const Arguments& arguments,
                           const std::function<const char*(const char*)>& variable);

}  // namespace drover::agent
