#pragma once

#include <string>

#include "base/log.h"
#include "base/result.h"

namespace drover::cli {

/// `given` on the command line, else the environment's; empty when neither names it.
std::string or_environment(const std::string& given, const char* variable);

/// Reads the configuration file `path` (empty: DROVER_CONFIG's, if any) and puts what it says into the
/// environment where that is silent: flags over environment over file. Keys: `drover --help`; paths in the
/// file start at its directory. Errors: bad_toml with the place, invalid_argument for a file that cannot be
/// read.
Status load_settings(const std::string& path);

/// The keys of the file with their environment variables, for --help.
std::string settings_help();

/// What `--log-format`, else the environment names; invalid_argument for anything but text and json.
Result<log::Format> log_format(const std::string& given);

}  // namespace drover::cli
