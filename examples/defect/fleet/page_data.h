#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "process.h"

namespace drover::defect {

/// A window of a device, as far as the page shows it.
struct PageWindow {
  double at_s = 0;  // its end, since the demo began
  std::string version;
  std::uint64_t inferences = 0;
  double confidence = -1;  // mean of the last 100; below 0: none
  double evidence = -1;    // of the detector nearest to its alarm, ln M / ln threshold; 1 alarms
  std::string nearest;     // its feature
};

/// A decision: an alert that fired, a version taken back, a camera that changed.
struct PageMark {
  double at_s = 0;
  std::string what;
  bool is_bad = false;  // something was found wrong
};

struct PageDevice {
  std::string name;
  std::string about;  // "the lens fogs over", "healthy"
  std::vector<PageWindow> windows;
  std::vector<PageMark> marks;
};

struct PageData {
  std::uint64_t seed = 0;
  double seconds = 0;
  std::vector<PageDevice> devices;
  Json steps;  // as in report.json
};

/// What a window says of each column's drift; empty where it does not.
Json columns_of(const Json& window);
/// Of windows as the server answers them; where two versions ended a window at one moment, of that which had
/// more inferences. The oldest first.
std::vector<PageWindow> page_windows(const Json& windows, std::int64_t begun_ms);
/// Of alerts that fired; those of one moment are one mark.
std::vector<PageMark> page_marks(const Json& alerts, std::int64_t begun_ms);

}  // namespace drover::defect
