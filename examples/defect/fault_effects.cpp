#include "defect/fault_effects.h"

#include <algorithm>
#include <cmath>

#include "defect/weights.h"

namespace drover::defect {
namespace {

struct Seen {
  SeenColumns columns;
  int right = 0;
};

Result<Seen> look(const LoadedModel& model, const CameraFaults& camera, std::uint64_t seed, int count) {
  Seen seen;
  for (int i = 0; i < count; ++i) {
    const Surface surface = make_surface({.camera = camera}, seed, static_cast<std::uint64_t>(i));
    const auto values = features(surface.image);
    for (std::size_t f = 0; f < values.size(); ++f) seen.columns[f].push_back(values[f]);
    const Logits scores = DROVER_TRY(run_model(model, surface.image));
    seen.columns.back().push_back(std::max(scores[0], scores[1]));
    seen.right += (scores[1] > scores[0] ? kDefect : kGood) == surface.label;
  }
  return seen;
}

double mean(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

double ks_distance(std::vector<float> a, std::vector<float> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double most = 0;
  for (const auto* sample : {&a, &b})
    for (const float x : *sample) {
      const auto share = [&](const std::vector<float>& values) {
        const auto up_to = std::upper_bound(values.begin(), values.end(), x) - values.begin();
        return static_cast<double>(up_to) / static_cast<double>(values.size());
      };
      most = std::max(most, std::abs(share(a) - share(b)));
    }
  return most;
}

Result<std::vector<FaultEffect>> fault_effects(const LoadedModel& model,
                                               std::span<const CameraFaults> cameras, std::uint64_t seed,
                                               int count) {
  const Seen healthy = DROVER_TRY(look(model, {}, seed + 1, count));
  std::vector<FaultEffect> effects;
  for (const CameraFaults& camera : cameras) {
    Seen seen = DROVER_TRY(look(model, camera, seed, count));
    FaultEffect effect{.camera = to_text(camera)};
    for (std::size_t f = 0; f < effect.ks.size(); ++f)
      effect.ks[f] = ks_distance(healthy.columns[f], seen.columns[f]);
    effect.confidence_ks = ks_distance(healthy.columns.back(), seen.columns.back());
    effect.mean_confidence = mean(seen.columns.back());
    effect.accuracy = static_cast<double>(seen.right) / count;
    effect.seen = std::move(seen.columns);
    effects.push_back(std::move(effect));
  }
  return effects;
}

}  // namespace drover::defect
