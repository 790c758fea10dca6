#include "report.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <fstream>

namespace drover::defect {
namespace {

constexpr std::size_t kLinesOfALog = 8;

/// The last lines that complain; when none does, the last lines.
std::deque<std::string> tail(const std::filesystem::path& log) {
  std::deque<std::string> last, complaints;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);) {
    const bool complains = line.find("warn") != line.npos || line.find("error") != line.npos;
    for (auto* lines : {&last, complains ? &complaints : nullptr}) {
      if (lines == nullptr) continue;
      lines->push_back(line);
      if (lines->size() > kLinesOfALog) lines->pop_front();
    }
  }
  return complaints.empty() ? last : complaints;
}

}  // namespace

Json report_json(const DemoOptions& options, const std::vector<StepResult>& results, double seconds) {
  Json steps = Json::array();
  for (const StepResult& result : results) {
    Json step = {{"name", result.step->name},
                 {"title", result.step->title},
                 {"ok", result.ok()},
                 {"seconds", result.seconds}};
    if (!result.error.empty()) step["error"] = result.error;
    step["evidence"] = result.evidence.is_null() ? Json::object() : result.evidence;
    steps.push_back(std::move(step));
  }
  return {{"ok", std::ranges::all_of(results, &StepResult::ok)},
          {"seed", options.seed},
          {"fast", options.fast},
          {"seconds", seconds},
          {"steps", std::move(steps)}};
}

std::string report_table(const std::vector<StepResult>& results) {
  std::string text = "\n";
  for (const StepResult& result : results)
    text += fmt::format("{}  {:<28}{:>6.1f} s  {}\n",
                        result.ok()  ? "✓"
                        : result.ran ? "✗"
                                     : "-",
                        result.step->name, result.seconds, result.step->title);
  return text;
}

std::string telling_lines(const Demo& demo) {
  std::string text;
  for (const auto& log : demo.logs()) {
    const auto lines = tail(log);
    if (lines.empty()) continue;
    text += fmt::format("--- {}\n", log.string());
    for (const auto& line : lines) text += "    " + line + "\n";
  }
  return text;
}

}  // namespace drover::defect
