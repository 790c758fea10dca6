#include "lifecycle/probation.h"

#include <fmt/format.h>

#include "lifecycle/comparisons.h"

namespace drover::lifecycle {
namespace {

using policy::Compared;
using policy::Probation;

Judgement condemned(Code code, std::string text) { return {Verdict::fail, code, std::move(text)}; }
Judgement held(std::string text) { return {Verdict::hold, Code::internal, std::move(text)}; }
Judgement passed(std::string text) { return {Verdict::pass, Code::internal, std::move(text)}; }

bool wants_adoption(const Trial& trial, WayBack back) {
  return back == WayBack::proven || (back == WayBack::unproven && trial.before.samples > 0);
}

/// What needs no comparison; undecided when there is nothing of it.
Judgement judge_alone(const Probation& policy, const Trial& trial, WayBack back) {
  const Counts& after = trial.after;
  if (after.crashes > policy.crash_max)
    return condemned(Code::probation_crash, fmt::format("the application crashed {} times, {} allowed",
                                                        after.crashes, policy.crash_max));
  if (after.nans > 0)
    return condemned(Code::probation_nan,
                     fmt::format("NaN or infinity in {} of {} inferences", after.nans, after.samples));
  if (wants_adoption(trial, back) && !trial.adopted &&
      std::chrono::milliseconds(trial.elapsed_ms) >= policy.adopt_within)
    return condemned(
        Code::probation_not_adopted,
        fmt::format("no inference under the new version within {} s", policy.adopt_within.count() / 1000.0));
  if (policy.drift && !trial.alarm.empty() && back != WayBack::none)
    return condemned(Code::drift_found, fmt::format("drift: {}", trial.alarm));
  return {};
}

/// What the comparisons say when the duration is over and none condemns.
Judgement judge_compared(const Probation& policy, const Trial& trial, const std::vector<Finding>& found) {
  for (const Finding& finding : found)
    if (finding.compared.outcome == Compared::undecided) return held(finding.compared.text);
  if (auto slow = slowness(policy, trial)) return held(*std::move(slow));
  return passed(found.front().compared.text);
}

}  // namespace

WayBack kind_of(const Installed* way_back) {
  if (way_back == nullptr) return WayBack::none;
  return way_back->committed ? WayBack::proven : WayBack::unproven;
}

Judgement judge(const Probation& policy, const Trial& trial, WayBack back) {
  if (Judgement alone = judge_alone(policy, trial, back); alone.verdict == Verdict::fail) return alone;
  const Counts &before = trial.before, &after = trial.after;
  const bool enough_after = after.samples >= policy.min_samples;
  const bool comparable = enough_after && back != WayBack::none && before.samples >= policy.min_samples;
  const auto found = comparable ? findings(policy, trial) : std::vector<Finding>{};
  for (const Finding& finding : found)
    if (finding.compared.outcome == Compared::worse) return condemned(finding.code, finding.compared.text);
  if (std::chrono::milliseconds(trial.elapsed_ms) < policy.duration) return {};
  if (comparable) return judge_compared(policy, trial, found);
  if (back != WayBack::proven && enough_after)
    return passed(fmt::format("{} inferences, with no version before it that passed", after.samples));
  return held(fmt::format("too few inferences to decide: {} after and {} before the swap, {} wanted",
                          after.samples, before.samples, policy.min_samples));
}

}  // namespace drover::lifecycle
