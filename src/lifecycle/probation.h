#pragma once

#include <cstdint>
#include <string>

#include "lifecycle/record.h"
#include "policy/policy.h"

namespace drover::lifecycle {

enum class Verdict : std::uint8_t { undecided, pass, hold, fail };

struct Judgement {
  Verdict verdict = Verdict::undecided;
  Code code = Code::internal;  // why, when it is fail
  std::string text;            // the numbers that decided
};

/// What probation says now. Fails at once: more crashes than allowed, a NaN, no adoption in time, too many
/// errors. Passes when the duration is over, the samples are enough and nothing failed. Holds when the
/// duration is over and too little was seen: undecided is never a pass. `first`: there is no earlier version
/// on the device. Then there is nothing to compare errors with and nothing to adopt it from, so only crashes
/// and NaNs count.
Judgement judge(const policy::Probation& policy, const Trial& trial, bool first);

}  // namespace drover::lifecycle
