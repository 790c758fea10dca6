#pragma once

#include <optional>
#include <span>

#include "drift/triage/sensor_watch.h"
#include "drift/triage/triage.h"
#include "monitor/holdout.h"
#include "monitor/judged.h"
#include "monitor/window.h"
#include "policy/sensor_range.h"

/// What windows tell of why something drifted: the figures that drift/triage/triage.h ranks causes by.
namespace drover::monitor {

/// Windows added up with their parts by class, of the last hour or so at little memory: two sums, of which
/// the older goes when the newer has as many windows as `half`.
class RecentParts {
 public:
  static constexpr std::uint64_t kHalf = 30;
  void add(const Window& window);
  /// Both together; nothing before the first window.
  [[nodiscard]] std::optional<Window> sum() const;

 private:
  std::optional<Window> older_, newer_;
};

struct Sight {
  const Scheme& scheme;
  const drift::Baseline* baseline = nullptr;  // may be null
  const Window& window;                       // that ended
  const std::optional<Judged>& judged;        // over the longer span
  const RecentParts& recent;
  std::span<const drift::SensorWatch> sensors;  // of each feature, in the window
  std::span<const policy::SensorRange> ranges;  // those that the policy knows
  const std::optional<Holdout>& holdout;
};

/// What was not measured, or by too few values, is left out.
drift::Symptoms symptoms_of(const Sight& sight);

}  // namespace drover::monitor
