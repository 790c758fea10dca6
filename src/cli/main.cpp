#include <fmt/format.h>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/settings.h"

int main(int argc, char** argv) {
  using namespace drover;
  log::start("drover", log::Format::text, log::Level::warn);
  cli::Context context;
  CLI::App program("Drover: signs, publishes, deploys and watches machine-learning models on edge devices.",
                   "drover");
  program.set_version_flag("--version", DROVER_VERSION);
  program.require_subcommand(1);
  program.footer(
      fmt::format("Each verb has --help and --json. Exit codes: 0 ok, 1 failed or refused, 2 usage.\n"
                  "Keys of --config and the variables of the environment that stand over them:\n{}",
                  cli::settings_help()));
  cli::add_common_options(&program, context);
  cli::add_model_inspect_commands(program, context);
  cli::add_model_pack_commands(program, context);
  cli::add_init_commands(program, context, cli::init_server_files);
  cli::add_key_commands(program, context);
  cli::add_model_publish_commands(program, context);
  cli::add_model_list_commands(program, context);
  cli::add_drift_commands(program, context);
  cli::add_device_commands(program, context);
  cli::add_token_commands(program, context);
  cli::add_shadow_commands(program, context);
  cli::add_logs_commands(program, context);
  cli::add_alerts_commands(program, context);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  return context.exit_code;
}
