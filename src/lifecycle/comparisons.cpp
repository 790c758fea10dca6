#include "lifecycle/comparisons.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::lifecycle {
namespace {

using policy::BeforeAfter;
using policy::Probation;

BeforeAfter compare_labels(const Probation& policy, const Counts& before, const Counts& after) {
  if (after.labelled >= policy.min_labels)
    return compare_rates(policy, "rate of wrong labels", {before.wrong, before.labelled},
                         {after.wrong, after.labelled});
  return {.text = fmt::format("too few labels to decide: {} after and {} before the swap, {} wanted",
                              after.labelled, before.labelled, policy.min_labels)};
}

}  // namespace

std::vector<Finding> findings(const Probation& policy, const Trial& trial) {
  const Counts &before = trial.before, &after = trial.after;
  std::vector<Finding> found;
  found.push_back(
      {Code::probation_errors,
       compare_rates(policy, "error rate", {before.errors, before.samples}, {after.errors, after.samples})});
  if (before.labelled > 0 && before.labelled >= policy.min_labels)
    found.push_back({Code::probation_errors, compare_labels(policy, before, after)});
  const std::uint64_t confident_min = std::max<std::uint64_t>(policy.min_samples, 1);
  if (before.confident >= confident_min && after.confident >= confident_min)
    found.push_back(
        {Code::probation_confidence, compare_confidence(policy, {before.confidence_sum, before.confident},
                                                        {after.confidence_sum, after.confident})});
  return found;
}

std::optional<std::string> slowness(const Probation& policy, const Trial& trial) {
  const LatencyCounts &before = trial.before.latency, &after = trial.after.latency;
  if (before.count() == 0 || before.count() < policy.min_samples || after.count() < policy.min_samples)
    return std::nullopt;
  using Milliseconds = std::chrono::duration<double, std::milli>;
  const double old_ms = Milliseconds(before.quantile(0.95)).count();
  const double new_ms = Milliseconds(after.quantile(0.95)).count();
  const double allowed_ms = old_ms * (1 + policy.latency_increase_max);
  if (new_ms <= allowed_ms) return std::nullopt;
  return fmt::format("p95 of the latency {:.3g} ms after the swap, {:.3g} ms before; allowed: {:.3g} ms",
                     new_ms, old_ms, allowed_ms);
}

}  // namespace drover::lifecycle
