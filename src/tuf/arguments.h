#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"

namespace drover::tuf {

/// The command line that TUF's public conformance suite drives.
struct Arguments {
  std::string metadata_dir = {};
  std::string metadata_url = {};
  std::vector<std::string> target_names = {};
  std::string target_dir = {};
  std::string target_base_url = {};
  std::string root_file = {};
  std::string verb = {};  // "init", "refresh", "download"
};

/// Options and subcommands of `program`, which fill `arguments` when it parses.
void add_arguments(CLI::App& program, Arguments& arguments);

/// Refuses (invalid_argument) a verb without an option that it needs.
Status check_arguments(const Arguments& arguments);

}  // namespace drover::tuf
