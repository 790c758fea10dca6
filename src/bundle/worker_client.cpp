#include "bundle/worker_client.h"

#include <signal.h>

#include <cstdlib>

namespace drover::bundle {
namespace {

constexpr std::chrono::milliseconds kAboutTimeMax{10'000};

/// What all threads together can use within time_max, so that it is the time that ends a worker.
std::int64_t cpu_seconds_max(const WorkerOptions& options) {
  return std::chrono::ceil<std::chrono::seconds>(options.time_max * options.threads).count() + 1;
}

Result<Command> command(const WorkerOptions& options, std::vector<std::string> arguments) {
  Command command{.argv = {DROVER_TRY(find_worker(options.program))}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  if (!options.delegate.empty()) command.argv.push_back("--delegate=" + options.delegate);
  if (options.memory_mb_max != 0)
    command.argv.push_back(fmt::format("--memory-mb-max={}", options.memory_mb_max));
  command.argv.push_back(fmt::format("--threads={}", options.threads));
  command.argv.push_back(fmt::format("--cpu-seconds-max={}", cpu_seconds_max(options)));
  command.time_max = options.time_max;
  return command;
}

// What TFLite says each time and means nothing by.
constexpr std::string_view kGreeting = "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.";

std::string with_tail(std::string message, const ProcessResult& result) {
  std::string tail = result.stderr_tail();
  if (const std::size_t at = tail.find(kGreeting); at != std::string::npos) tail.erase(at, kGreeting.size());
  tail.erase(0, tail.find_first_not_of(" \n"));
  return tail.empty() ? message : message + "; its last words: " + tail;
}

bool ran_out_of_memory(const ProcessResult& result) {
  return result.err.find("drover-worker: out of memory") != std::string::npos ||
         result.err.find("bad_alloc") != std::string::npos;
}

/// Why the process ended without an answer.
Error explain(const ProcessResult& result) {
  const std::string how = "the model's process " + result.explain();
  if (result.timed_out || result.signal == SIGXCPU) return {Code::cpu_exceeded, with_tail(how, result)};
  if (ran_out_of_memory(result))
    return {Code::out_of_memory,
            with_tail("the model's process ran out of memory and " + result.explain(), result)};
  return {Code::model_crashed, with_tail(how, result)};
}

template <class Report>
Result<Report> interpret(const ProcessResult& result, Result<Report> (*parse)(std::string_view)) {
  if (result.timed_out || result.signal != 0) return fail(explain(result));
  Result<Report> report = parse(result.out);
  if (!report && report.error().code == Code::bad_response) return fail(explain(result));
  if (report && result.exit_code != 0) return fail(explain(result));
  return report;
}

}  // namespace

Result<std::string> find_worker(const std::string& given) {
  if (!given.empty()) return given;
  if (const char* named = std::getenv("DROVER_WORKER"); named != nullptr && *named != '\0')
    return std::string(named);
  return DROVER_TRY(program_directory()) + "/drover-worker";
}

Result<AboutReport> ask_engine(const WorkerOptions& options) {
  const Command about = DROVER_TRY(about_command(options));
  return interpret_about(DROVER_TRY(run_process(about)));
}

Result<Command> about_command(const WorkerOptions& options) {
  return Command{.argv = {DROVER_TRY(find_worker(options.program)), "about"}, .time_max = kAboutTimeMax};
}

Result<AboutReport> interpret_about(const ProcessResult& result) {
  return interpret<AboutReport>(result, parse_about_report);
}

Result<Command> inspect_command(const WorkerOptions& options, const std::string& model) {
  return command(options, {"inspect", model});
}

Result<Command> smoke_command(const WorkerOptions& options, const std::string& version_directory) {
  return command(options, {"smoke", version_directory});
}

Result<Command> run_command(const WorkerOptions& options, const std::string& model, const std::string& inputs,
                            const std::string& outputs, const std::string& manifest) {
  std::vector<std::string> arguments = {"run", model, "--inputs=" + inputs, "--outputs=" + outputs};
  if (!manifest.empty()) arguments.push_back("--manifest=" + manifest);
  return command(options, std::move(arguments));
}

Result<Command> holdout_command(const WorkerOptions& options, const std::string& version_directory) {
  return command(options, {"holdout", version_directory});
}

Result<InspectReport> interpret_inspect(const ProcessResult& result) {
  return interpret<InspectReport>(result, parse_inspect_report);
}

Result<SmokeReport> interpret_smoke(const ProcessResult& result) {
  return interpret<SmokeReport>(result, parse_smoke_report);
}

Result<RunReport> interpret_run(const ProcessResult& result) {
  return interpret<RunReport>(result, parse_run_report);
}

Result<HoldoutReport> interpret_holdout(const ProcessResult& result) {
  return interpret<HoldoutReport>(result, parse_holdout_report);
}

}  // namespace drover::bundle
