#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "lifecycle/record.h"
#include "policy/before_after.h"

namespace drover::lifecycle {

/// A comparison of the counts before and after a swap, and the code of a version that it condemns.
struct Finding {
  Code code = Code::probation_errors;
  policy::BeforeAfter compared;
};

/// Those that can be made of counts with enough samples on both sides: failures always; wrong labels where
/// the version before had `min_labels`, undecided until this one has; confidences where both have
/// `min_samples`.
std::vector<Finding> findings(const policy::Probation& policy, const Trial& trial);

/// In words, when the p95 of the latency grew by more than `latency_increase_max`. Both are known to a
/// quarter.
std::optional<std::string> slowness(const policy::Probation& policy, const Trial& trial);

}  // namespace drover::lifecycle
