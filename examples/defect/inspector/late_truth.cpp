#include "late_truth.h"

namespace drover::defect {

void LateTruth::add(std::uint64_t sequence, std::uint64_t id, std::optional<int> truth, TimePoint now) {
  const bool looked_at = options_.every != 0 && sequence % options_.every == 0;
  if (!looked_at || id == 0 || !truth || waiting_.size() >= options_.waiting_max) return;
  waiting_.push_back({.known = now + options_.delay, .label = {.id = id, .truth = *truth}});
}

std::optional<LateTruth::Label> LateTruth::take(TimePoint now) {
  if (due() > now) return std::nullopt;
  const Label label = waiting_.front().label;
  waiting_.pop_front();
  return label;
}

}  // namespace drover::defect
