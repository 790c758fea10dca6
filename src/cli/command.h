#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/result.h"

namespace drover::cli {

/// What every verb shares.
struct Context {
  bool json = false;       // --json: one JSON document on stdout, an error as {"error":{"code","message"}}
  std::string config;      // --config FILE; empty: DROVER_CONFIG's, if any
  std::string log_format;  // --log-format; empty: DROVER_LOG_FORMAT's, else text
  int exit_code = 0;       // 0 ok, 1 failed or refused, 2 usage
};

/// What a verb answers: the document of --json (null when it has printed its own), and the same for people.
struct Answer {
  nlohmann::ordered_json json;
  std::string text;
};

/// --config and --log-format, which stand before the noun or after the verb.
void add_common_options(CLI::App* app, Context& context);

/// What --json writes: one document, or one a line as they come, the last perhaps an error's.
enum class JsonForm : std::uint8_t { document, lines };

/// Adds `--json` and the common options to a verb and runs `work` when it is chosen, with the settings of the
/// configuration file. invalid_argument is a mistake of who called: exit code 2.
void on_run(CLI::App* verb, Context& context, std::function<Result<Answer>()> work,
            JsonForm form = JsonForm::document);

/// The noun `name` ("model") under the program, made at the first call.
CLI::App* noun(CLI::App& program, const std::string& name, const std::string& about);

/// A progress bar on stderr; nothing when stderr is no terminal.
class Progress {
 public:
  Progress(std::string label, std::uint64_t total);
  ~Progress();
  void set(std::uint64_t done);

 private:
  std::string label_;
  std::uint64_t total_;
  int shown_percent_ = -1;
  bool terminal_;
};

}  // namespace drover::cli
