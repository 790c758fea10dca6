#include "policy/before_after.h"

#include <fmt/format.h>

#include <algorithm>

#include "drift/guard/mean_bounds.h"
#include "drift/guard/rate_sequence.h"

namespace drover::policy {
namespace {

using drift::RateBounds;

constexpr double kComparisons = 3, kSides = 2;

double value(const Rate& rate) {
  return rate.count == 0 ? 0.0 : static_cast<double>(rate.errors) / static_cast<double>(rate.count);
}
double value(const Mean& mean) { return mean.count == 0 ? 0.0 : mean.sum / static_cast<double>(mean.count); }

/// The figure alone, or what the guard knows of it.
RateBounds known(const Probation& policy, const Rate& rate) {
  if (policy.rule == ProbationRule::plain) return {value(rate), value(rate)};
  return drift::RateSequence::of(std::min(rate.errors, rate.count), rate.count)
      .bounds(policy.alpha / kComparisons / kSides);
}
RateBounds known(const Probation& policy, const Mean& mean) {
  if (policy.rule == ProbationRule::plain) return {value(mean), value(mean)};
  return drift::mean_bounds(mean.sum, mean.count, policy.alpha / kComparisons / kSides);
}

/// The greatest rate after the swap that is allowed where it was `before`.
double allowed(const Probation& policy, double before) {
  return std::max(before * (1 + policy.max_increase), before + policy.min_absolute);
}

/// Whether a figure, which is to be small, is above its limit; both are known between bounds.
Compared against(RateBounds figure, RateBounds limit) {
  if (figure.lower > limit.upper) return Compared::worse;
  return figure.upper <= limit.lower ? Compared::allowed : Compared::undecided;
}

std::string in_words(const Probation& policy, RateBounds before, RateBounds after) {
  if (policy.rule == ProbationRule::plain) return {};
  return fmt::format("; by the guard between {:.4f} and {:.4f} after, {:.4f} and {:.4f} before", after.lower,
                     after.upper, before.lower, before.upper);
}

}  // namespace

BeforeAfter compare_rates(const Probation& policy, std::string_view what, Rate before, Rate after) {
  const RateBounds old_rate = known(policy, before), new_rate = known(policy, after);
  const RateBounds limit = {allowed(policy, old_rate.lower), allowed(policy, old_rate.upper)};
  return {.outcome = against(new_rate, limit),
          .text = fmt::format(
              "{} {:.4f} ({} of {}) after the swap, {:.4f} ({} of {}) before; allowed: {:.4f}{}", what,
              value(after), after.errors, after.count, value(before), before.errors, before.count,
              allowed(policy, value(before)), in_words(policy, old_rate, new_rate))};
}

BeforeAfter compare_confidence(const Probation& policy, Mean before, Mean after) {
  const RateBounds old_mean = known(policy, before), new_mean = known(policy, after);
  const RateBounds fall = {old_mean.lower - new_mean.upper, old_mean.upper - new_mean.lower};
  return {.outcome = against(fall, {policy.confidence_drop_max, policy.confidence_drop_max}),
          .text = fmt::format(
              "mean confidence {:.4f} (of {}) after the swap, {:.4f} (of {}) before; allowed fall: "
              "{:.4f}{}",
              value(after), after.count, value(before), before.count, policy.confidence_drop_max,
              in_words(policy, old_mean, new_mean))};
}

}  // namespace drover::policy
