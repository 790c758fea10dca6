#include "lifecycle/probation.h"

#include <fmt/format.h>

namespace drover::lifecycle {
namespace {

Judgement condemned(Code code, std::string text) { return {Verdict::fail, code, std::move(text)}; }

bool exceeds(const policy::Probation& policy, double before, double after) {
  return after > before * (1 + policy.max_increase) && after > before + policy.min_absolute;
}

bool wants_adoption(const Trial& trial, WayBack back) {
  return back == WayBack::proven || (back == WayBack::unproven && trial.before.samples > 0);
}

std::string rates(const policy::Probation& policy, const Trial& trial) {
  return fmt::format("error rate {:.4f} ({} of {}) after the swap, {:.4f} ({} of {}) before; allowed: {:.4f}",
                     trial.after.error_rate(), trial.after.errors, trial.after.samples,
                     trial.before.error_rate(), trial.before.errors, trial.before.samples,
                     std::max(trial.before.error_rate() * (1 + policy.max_increase),
                              trial.before.error_rate() + policy.min_absolute));
}

}  // namespace

WayBack kind_of(const Installed* way_back) {
  if (way_back == nullptr) return WayBack::none;
  return way_back->committed ? WayBack::proven : WayBack::unproven;
}

Judgement judge(const policy::Probation& policy, const Trial& trial, WayBack back) {
  const std::chrono::milliseconds elapsed(trial.elapsed_ms);
  const Counts& after = trial.after;
  if (after.crashes > policy.crash_max)
    return condemned(Code::probation_crash, fmt::format("the application crashed {} times, {} allowed",
                                                        after.crashes, policy.crash_max));
  if (after.nans > 0)
    return condemned(Code::probation_nan,
                     fmt::format("NaN or infinity in {} of {} inferences", after.nans, after.samples));
  if (wants_adoption(trial, back) && !trial.adopted && elapsed >= policy.adopt_within)
    return condemned(
        Code::probation_not_adopted,
        fmt::format("no inference under the new version within {} s", policy.adopt_within.count() / 1000.0));
  const bool enough_after = after.samples >= policy.min_samples;
  const bool enough_before = back != WayBack::none && trial.before.samples >= policy.min_samples;
  const bool comparable = enough_after && enough_before;
  if (comparable && exceeds(policy, trial.before.error_rate(), after.error_rate()))
    return condemned(Code::probation_errors, rates(policy, trial));
  if (elapsed < policy.duration) return {};
  if (comparable) return {Verdict::pass, Code::internal, rates(policy, trial)};
  if (back != WayBack::proven && enough_after)
    return {Verdict::pass, Code::internal,
            fmt::format("{} inferences, with no version before it that passed", after.samples)};
  return {Verdict::hold, Code::internal,
          fmt::format("too few inferences to decide: {} after and {} before the swap, {} wanted",
                      after.samples, trial.before.samples, policy.min_samples)};
}

}  // namespace drover::lifecycle
