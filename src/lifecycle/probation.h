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

/// What a version on trial can be taken back to.
enum class WayBack : std::uint8_t {
  none,      ///< no earlier version is on the device
  unproven,  ///< one that passed its smoke test and never its probation
  proven,    ///< one that passed its probation
};
WayBack kind_of(const Installed* way_back);

/// What probation says now. Fails at once: more crashes than allowed, a NaN, no adoption in time, an alarm of
/// a detector where the policy says so, too many errors, too many wrong labels, too low a confidence. Passes
/// when the duration is over, the samples are enough and all that can be compared is as allowed. Holds when
/// the duration is over and too little was seen, or the latency rose: undecided is never a pass, and a device
/// that is too warm, not the version, may be what is slow. With no way back there is nothing to compare with
/// and nothing to adopt it from, so only crashes and NaNs count. With an unproven one figures are compared
/// when enough were counted before, and adoption is wanted when anything was: the application may be one that
/// does not record.
Judgement judge(const policy::Probation& policy, const Trial& trial, WayBack back);

}  // namespace drover::lifecycle
