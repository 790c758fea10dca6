#pragma once

#include <string>
#include <vector>

#include "drift/detector.h"

/// How `drover drift watch` is to watch, known before any file is read.
namespace drover::cli {

/// As people give it.
struct WatchOptions {
  std::string detector = "urn";
  std::vector<std::string> settings;  // name=number
  bool go_on = false;                 // restart after an alarm
};

/// How a column is watched.
struct WatchPlan {
  const drift::DetectorKind* kind = nullptr;
  drift::DetectorKind::Values settings;
  bool thin = false;  // thin a dependent stream; otherwise its dependence is only measured
  bool go_on = false;
};

/// The plan for a column alone. An alpha that holds for life is divided over the lives when there will be
/// several. Errors: invalid_argument for a detector, a setting or a value that there is not.
Result<WatchPlan> plan_watch(const WatchOptions& options);

/// The plan for each of `columns` watched together: an alpha that holds for life is divided over them.
/// Errors: invalid_argument when a share is less than the detector takes.
Result<WatchPlan> share_plan(WatchPlan plan, std::size_t columns);

}  // namespace drover::cli
