// defect-demo: the fleet at work, on this machine, with real processes. `make demo` runs it.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include <CLI/CLI.hpp>

#include "base/process.h"
#include "fs/file_system.h"
#include "page.h"
#include "pid_file.h"
#include "report.h"
#include "terminal.h"

namespace drover::defect {
namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// One line of what a step saw, for the terminal; the whole of it stands in report.json.
std::string brief(const Json& evidence) {
  std::string text = evidence.dump();
  constexpr std::size_t kWidth = 240;
  if (text.size() > kWidth) text = text.substr(0, kWidth) + "…";
  return text;
}

/// An answer of another form than expected is a failure of the step, not of the demo.
Result<Json> run_step(const Step& step, Demo& demo) {
  try {
    return step.run(demo);
  } catch (const std::exception& error) {
    return fail(Code::bad_response, fmt::format("an answer is not of the form expected: {}", error.what()));
  }
}

void run_steps(Demo& demo, std::vector<StepResult>& results) {
  for (StepResult& result : results) {
    fmt::print("• {}: {}\n", result.step->name, result.step->title);
    std::fflush(stdout);
    const auto begin = Clock::now();
    Result<Json> evidence = run_step(*result.step, demo);
    result.ran = true;
    result.seconds = since(begin);
    if (!evidence) {
      result.error = evidence.error().text();
      fmt::print("  ✗ {}\n{}", result.error, telling_lines(demo));
      return;
    }
    result.evidence = std::move(*evidence);
    fmt::print("  ✓ {:.1f} s  {}\n", result.seconds, brief(result.evidence));
  }
}

std::string stop_command(const DemoOptions& options) {
  const std::string command = "examples/defect/demo --stop";
  return options.out == DemoOptions().out
             ? command
             : command + " --out " + std::filesystem::absolute(options.out).string();
}

/// Ends what a demo with --keep left running.
int stop(const DemoOptions& options) {
  const auto stopped = PidFile(options.pids()).stop();
  for (const ListedProcess& one : stopped) fmt::print("stopped {} (pid {})\n", one.program, one.pid);
  if (stopped.empty()) fmt::print("no demo of {} is running\n", options.out.string());
  return 0;
}

/// The page is worth less than the report: what it cannot be made of is left out.
std::vector<PageDevice> page_devices(const Demo& demo) {
  try {
    return demo.page_devices();
  } catch (const std::exception& error) {
    fmt::print(stderr, "defect-demo: the page lacks its charts: {}\n", error.what());
    return {};
  }
}

int run(const DemoOptions& options) {
  catch_interruptions();
  const auto begin = Clock::now();
  std::vector<StepResult> results;
  for (const Step& step : kSteps) results.push_back({.step = &step, .evidence = {}, .error = {}});
  Demo demo(options);
  if (const Status claimed = demo.claim(); !claimed) {
    fmt::print(stderr, "defect-demo: {}\n", claimed.error().text());
    return 1;
  }
  fmt::print("A server, {} devices and one with nothing but a stick, in {}\n", options.devices,
             options.out.string());
  if (const Status ready = demo.set_up(); ready)
    run_steps(demo, results);
  else
    fmt::print("  ✗ set-up: {}\n{}", ready.error().text(), telling_lines(demo));
  const Json report = report_json(options, results, since(begin));
  const PageData page{
      .seed = options.seed, .seconds = since(begin), .devices = page_devices(demo), .steps = report["steps"]};
  demo.tear_down();
  const auto path = demo.out() / "report.json";
  Status written = fs::write_atomically(fs::real_file_system(), path, as_bytes(report.dump(2) + "\n"));
  const auto page_path = demo.out() / "report.html";
  if (written) written = fs::write_atomically(fs::real_file_system(), page_path, as_bytes(report_page(page)));
  fmt::print("{}\n{} after {:.0f} s; the evidence stands in {}\nSee it over time: {}\n",
             report_table(results), report["ok"].get<bool>() ? "All is well" : "FAILED", since(begin),
             path.string(), page_path.string());
  if (options.keep && !interrupted())
    fmt::print("The fleet is still running: build/bin/drover device list --workspace {}\nStop it with: {}\n",
               demo.workspace().string(), stop_command(options));
  return written && report["ok"].get<bool>() ? 0 : 1;
}

}  // namespace
}  // namespace drover::defect

int main(int argc, char** argv) {
  using namespace drover;
  CLI::App app(
      "Shows Drover at work: trains a model, deploys it to a fleet on this machine, and tries to break it.\n"
      "Every step's evidence is read from the running system. Exit 0 when every step shows what it is named "
      "for.",
      "defect-demo");
  defect::DemoOptions options;
  app.set_version_flag("--version", DROVER_VERSION);
  app.add_option("--out", options.out, "Folder for everything; what is there is removed")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of images and networks: another seed, another fleet")
      ->capture_default_str();
  auto* keep = app.add_flag("--keep", options.keep, "Leave the fleet running at the end");
  bool stop = false;
  app.add_flag("--stop", stop, "Stop the fleet that --keep left running, and do nothing else")
      ->excludes(keep);
  app.add_flag("--fast", options.fast, "Train less (a worse model, in seconds): for trying the demo itself");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (stop) return defect::stop(options);
  const auto programs = program_directory();
  if (!programs) return 1;
  options.programs = *programs;
  return defect::run(options);
}
