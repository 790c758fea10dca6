#pragma once

#include <string>
#include <vector>

#include "demo.h"
#include "steps.h"

namespace drover::defect {

/// What came of one step.
struct StepResult {
  const Step* step = nullptr;
  bool ran = false;
  double seconds = 0;
  Json evidence;      // when it succeeded
  std::string error;  // when it failed
  [[nodiscard]] bool ok() const { return ran && error.empty(); }
};

/// out/demo/report.json.
Json report_json(const DemoOptions& options, const std::vector<StepResult>& results, double seconds);
/// The table at the end.
std::string report_table(const std::vector<StepResult>& results);
/// The last warnings and errors of every log, for a step that failed.
std::string telling_lines(const Demo& demo);

}  // namespace drover::defect
