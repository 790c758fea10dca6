#include <unistd.h>

#include <cstdio>
#include <new>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "bundle/worker_client.h"
#include "worker/verbs.h"

namespace {

using namespace drover;

/// Prints the document and ends at once: destructors and exit handlers would run among what a model left
/// behind.
template <class Report>
[[noreturn]] void finish(const Result<Report>& report) {
  const std::string document = report ? bundle::to_json(*report) : bundle::to_json(report.error());
  std::fwrite(document.data(), 1, document.size(), stdout);
  std::fputc('\n', stdout);
  const bool written = std::fflush(stdout) == 0;
  std::fflush(stderr);
  ::_exit(report && written ? 0 : 1);
}

template <class Report>
[[noreturn]] void finish(Result<Report> (*verb)(const std::string&, const worker::Settings&),
                         const std::string& argument, const worker::Settings& settings) {
  try {
    finish(verb(argument, settings));
  } catch (const std::bad_alloc&) {
    finish(Result<Report>(fail(Code::out_of_memory, "there is not enough memory for the model")));
  } catch (const std::exception& error) {
    finish(Result<Report>(
        fail(Code::bad_model, fmt::format("the runtime threw an exception: {}", error.what()))));
  }
}

worker::RunFiles run_files;

Result<bundle::RunReport> run(const std::string& model, const worker::Settings& settings) {
  run_files.model = model;
  return worker::run(run_files, settings);
}

}  // namespace

int main(int argc, char** argv) {
  worker::die_with_parent();
  worker::Settings settings;
  std::uint64_t memory_mb_max = bundle::kWorkerMemoryMb;
  std::string target, log_format = "text";

  CLI::App app(
      "Runs one model in a locked-down process and prints one JSON document. Started by drover and "
      "drover-agent.",
      "drover-worker");
  app.set_version_flag("--version", DROVER_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.set_config("--config", "", "TOML file whose keys are the long options below");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.add_option("--log-format", log_format, "form of what is said on stderr: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->envname("DROVER_LOG_FORMAT");
  app.add_option("--library", settings.library,
                 "TFLite's C library (else DROVER_TFLITE_LIBRARY, else ../lib)");
  app.add_option("--delegate", settings.delegate, "xnnpack or none");
  app.add_option("--threads", settings.threads, "threads of the runtime")->capture_default_str();
  app.add_option("--memory-mb-max", memory_mb_max, "memory that the model may take, MiB")
      ->capture_default_str()
      ->check(CLI::Range(1U, 1U << 20));
  app.add_option("--cpu-seconds-max", settings.limits.cpu_seconds_max, "CPU time that the process may take")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  CLI::App* about = app.add_subcommand("about", "which runtime and delegates there are");
  CLI::App* inspect = app.add_subcommand("inspect", "what a .tflite file is and how fast it runs");
  inspect->add_option("model", target, "the .tflite file")->required();
  CLI::App* smoke = app.add_subcommand("smoke", "the golden samples of an unpacked bundle");
  smoke->add_option("directory", target, "the version's directory")->required();
  CLI::App* holdout = app.add_subcommand("holdout", "how well an unpacked bundle's model knows its holdout");
  holdout->add_option("directory", target, "the version's directory")->required();
  CLI::App* runs = app.add_subcommand("run", "a model over a table of inputs");
  runs->add_option("model", target, "the .tflite file")->required();
  runs->add_option("--inputs", run_files.inputs, ".npy, or .npz for several inputs")->required();
  runs->add_option("--outputs", run_files.outputs, "where to write .npy or .npz")->required();
  runs->add_option("--manifest", run_files.manifest, "manifest whose preprocessing raw images go through");
  runs->add_flag("--real", run_files.real_values, "dequantise quantised outputs");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  log::start("drover-worker", log_format == "json" ? log::Format::json : log::Format::text);
  settings.limits.memory_bytes_max = memory_mb_max << 20;
  if (*about) finish(worker::about, target, settings);
  if (*inspect) finish(worker::inspect, target, settings);
  if (*smoke) finish(worker::smoke, target, settings);
  if (*holdout) finish(worker::holdout, target, settings);
  finish(run, target, settings);
}
