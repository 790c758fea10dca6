#include <CLI/CLI.hpp>

#include "agent/verbs.h"
#include "base/log.h"

namespace {

using namespace drover;
using namespace drover::agent;

std::string flag_of(std::string_view key) {
  std::string flag = "--" + std::string(key);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

void add_config_options(CLI::App& program, Arguments& arguments) {
  program.add_option("--config", arguments.config_file, std::string("agent.toml (") + kConfigFile + ")");
  program.add_option("--log-format", arguments.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->envname("DROVER_LOG_FORMAT");
  for (const Option& option : options())
    program
        .add_option_function<std::string>(
            flag_of(option.key),
            [&arguments, key = std::string(option.key)](const std::string& value) {
              arguments.flags[key] = value;
            },
            std::string(option.help))
        ->group("Options of agent.toml");
}

CLI::App* add_verb(CLI::App& program, const char* name, const char* help, Arguments& arguments) {
  CLI::App* verb = program.add_subcommand(name, help);
  verb->add_flag("--json", arguments.json, "one JSON document on stdout");
  return verb;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App program("Drover's agent: fetches, verifies, tests, swaps and takes back models on this device.",
                   "drover-agent");
  program.set_version_flag("--version", DROVER_VERSION);
  program.fallthrough();
  program.require_subcommand(0, 1);
  add_config_options(program, arguments);
  add_verb(program, "run", "run in the foreground (the default)", arguments);
  CLI::App* enrolls =
      add_verb(program, "enroll",
               "install the root of trust and, with --server, trade a one-time token for a certificate; "
               "a standalone device needs --root alone",
               arguments);
  enrolls->add_option("--root", arguments.enrolment.root_file, "the repository's root metadata (1.root.json)")
      ->required();
  enrolls->add_option("--ca", arguments.enrolment.ca_file, "the server's authority (ca.crt)");
  enrolls->add_option("--token", arguments.enrolment.token, "one-time token of: drover device token");
  add_verb(program, "status", "what runs here, what is under way and why", arguments);
  add_verb(program, "history", "how past updates ended", arguments);
  CLI::App* rollback =
      add_verb(program, "rollback",
               "go back to the previous version, or to another one kept; needs no network", arguments);
  rollback->add_option("version", arguments.version, "a version that is kept");
  CLI::App* pin = add_verb(program, "pin", "stay at the present version whatever is assigned", arguments);
  CLI::App* unpin = add_verb(program, "unpin", "follow assignments again", arguments);
  CLI::App* clear =
      add_verb(program, "clear-quarantine", "let a version that was taken back be tried again", arguments);
  clear->add_option("digest", arguments.digest, "as status names it")->required();
  for (CLI::App* verb : {rollback, pin, unpin, clear})
    verb->add_option("--model,-m", arguments.model, "the model's name, where there is more than one");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  log::start("drover-agent", arguments.log_format == "json" ? log::Format::json : log::Format::text);
  const auto chosen = program.get_subcommands();
  const std::string verb = chosen.empty() ? "run" : chosen.front()->get_name();
  if (verb == "run") return run_agent(arguments);
  if (verb == "enroll") return run_enroll(arguments);
  return run_on_device(verb, arguments);
}
