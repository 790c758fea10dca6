#include <fmt/format.h>
#include <pthread.h>

#include <csignal>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "server/app.h"

namespace {

using namespace drover;

Status read_file(server::Config& config, const std::string& path) {
  const auto text = fs::read_file(fs::real_file_system(), path, 1 << 20);
  if (!text)
    return fail(text.error().code,
                fmt::format("{}: cannot be read ({}); \"drover init DIR\" makes DIR/server.toml", path,
                            text.error().message));
  config.directory = std::filesystem::absolute(path).parent_path();
  return server::read_config(config, as_text(*text)).in(path);
}

/// Flags over environment over file.
Result<server::Config> decide_config(const std::string& path, const std::vector<std::string>& flags) {
  server::Config config;
  DROVER_TRY(read_file(config, path));
  const auto options = server::options();
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (const char* value = std::getenv(options[i].variable().c_str()))
      DROVER_TRY(server::set_option(config, options[i], value, options[i].variable()));
    if (!flags[i].empty()) DROVER_TRY(server::set_option(config, options[i], flags[i], options[i].flag()));
  }
  return config;
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

Status run(const std::string& path, const std::vector<std::string>& flags) {
  const sigset_t signals = block_signals();
  const server::Config config = DROVER_TRY(decide_config(path, flags));
  const auto app = DROVER_TRY(server::App::start(config, system_clock()));
  fmt::print("drover-server ready on https://{}:{}\n", config.address, app->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  log::info("stopping", {{"signal", std::to_string(signal)}});
  app->stop();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program(
      "Drover's server: enrols devices, keeps their shadows, takes their telemetry, serves the"
      " repository and the operators' API.",
      "drover-server");
  program.set_version_flag("--version", DROVER_VERSION);
  std::string config = "server.toml";
  std::string log_format = "text";
  program
      .add_option("--config", config,
                  "Configuration file (TOML); its directory is where relative paths start")
      ->envname("DROVER_CONFIG")
      ->capture_default_str();
  program.add_option("--log-format", log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->envname("DROVER_LOG_FORMAT");
  std::vector<std::string> flags(server::options().size());
  for (std::size_t i = 0; i < flags.size(); ++i)
    program.add_option(server::options()[i].flag(), flags[i],
                       fmt::format("{} (file: {}, environment: {})", server::options()[i].help,
                                   server::options()[i].key, server::options()[i].variable()));
  program.footer("Exit codes: 0 ok, 1 failed, 2 usage. SIGTERM ends it in order.");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  log::start("drover-server", log_format == "json" ? log::Format::json : log::Format::text);
  if (const Status ran = run(config, flags); !ran) {
    log::error(ran.error().text(), {{"code", std::string(name(ran.error().code))}});
    return ran.error().code == Code::invalid_argument ? 2 : 1;
  }
  return 0;
}
