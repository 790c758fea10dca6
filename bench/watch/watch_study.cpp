// What rules and detectors do on devices in which nothing is wrong: docs/operating/false-alarms.md.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "field.h"
#include "monitor/watch.h"

using namespace drover;

namespace {

constexpr double kAlpha = 0.01;  // the urn's, by default
constexpr std::string_view kActing = R"(
[[detector]]
name = "urn"
action = ["rollback"]
[[rule]]
name = "confidence-5m"
when = "mean(confidence) < 0.75"
for = "5m"
[[rule]]
name = "ks-hour"
when = "ks(*) > 0.1"
over = "1h"
[[rule]]
name = "psi-hour"
when = "psi(*) > 0.1"
over = "1h"
[[rule]]
name = "latency"
when = "p95(latency_ms) > 5"
for = "5m"
)";

constexpr std::string_view kNoisy = R"(
[[rule]]
name = "confidence-1m"
when = "mean(confidence) < 0.75"
[[rule]]
name = "ks-window"
when = "ks(*) > 0.2"
[[rule]]
name = "psi-window"
when = "psi(*) > 0.2"
[[detector]]
name = "ks-sequential"
detector = "ks_sequential"
set = { alpha = 0.05 }
[[detector]]
name = "adwin"
detector = "adwin"
[[detector]]
name = "page-hinkley"
detector = "page_hinkley"
)";

/// How often each rule fired in one run; of a detector all its streams together.
std::map<std::string, int> run(const policy::Policy& policy, const bench::FieldOptions& options, int days,
                               std::uint64_t seed) {
  const auto baseline = bench::Field::baseline(options, 10'000, seed * 2 + 1);
  auto made = monitor::Watch::make(baseline, {"good", "defect"}, policy, {});
  if (!made) throw std::runtime_error(made.error().text());
  const auto& watch = *made;
  bench::Field field(options, seed * 2);
  std::map<std::string, int> fired;
  constexpr std::int64_t kStart = 1'767'225'600;
  for (std::int64_t second = 0; second < std::int64_t{86'400} * days; ++second) {
    if (const auto closed = watch->tick((kStart + second) * 1000))
      for (const monitor::Finding& finding : closed->findings)
        if (finding.change == policy::Change::fired) ++fired[finding.rule.substr(0, finding.rule.find('/'))];
    watch->add(field.at(second));
  }
  return fired;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Runs of simulated days at 1 Hz in which nothing is wrong; a line a rule: in how many runs it fired");
  int runs = 300, days = 30;
  std::uint64_t first = 1;
  bench::FieldOptions options;
  app.add_option("--runs", runs)->capture_default_str();
  app.add_option("--days", days)->capture_default_str();
  app.add_option("--first-seed", first)->capture_default_str();
  app.add_option("--dependence", options.dependence, "AR(1) between seconds")->capture_default_str();
  app.add_option("--daily-shift", options.daily_shift, "in standard deviations")->capture_default_str();
  bool noisy = false;
  app.add_flag("--noisy", noisy, "rules on single minutes and the detectors of others as well");
  CLI11_PARSE(app, argc, argv);
  const auto policy = policy::parse_policy(std::string(kActing) + std::string(noisy ? kNoisy : ""));
  if (!policy) return fmt::print(stderr, "{}\n", policy.error().text()), 1;
  std::map<std::string, int> runs_with, times;
  for (int i = 0; i < runs; ++i) {
    for (const auto& [name, count] : run(*policy, options, days, first + static_cast<std::uint64_t>(i))) {
      ++runs_with[name];
      times[name] += count;
    }
    fmt::print(stderr, "\r{} of {} runs", i + 1, runs);
    std::fflush(stderr);
  }
  fmt::print("\nruns {} days {} dependence {} daily_shift {}\n", runs, days, options.dependence,
             options.daily_shift);
  for (const auto& rule : policy->rules)
    fmt::print("rule {}: fired in {} runs, {} times\n", rule.name, runs_with[rule.name], times[rule.name]);
  for (const auto& detector : policy->detectors)
    fmt::print("detector {}: alarmed in {} runs, {} times\n", detector.name, runs_with[detector.name],
               times[detector.name]);
  // The promise of the detector that acts by itself: in no more than alpha of the runs, give or take chance.
  const double expected = kAlpha * runs;
  return runs_with["urn"] <= expected + 3 * std::sqrt(expected) ? 0 : 1;
}
