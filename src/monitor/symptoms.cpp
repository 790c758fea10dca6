#include "monitor/symptoms.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drift/reference.h"
#include "drift/triage/class_mix.h"

namespace drover::monitor {
namespace {

/// Fewer equal values in a row than this can be chance where a camera looks at something that stands still.
constexpr double kFrozenRun = 100;
constexpr double kStuckShare = 0.5, kEndShare = 0.5;
/// A feature of whose baseline one value is so much stands still and hangs by nature.
constexpr double kRepeatsByNature = 0.25;
constexpr double kMixLimit = 0.1;  // total variation between the classes' mixes
constexpr double kOtherClassesMax =
    0.05;  // share of the inferences that no class of the baseline's is known of
constexpr double kCalibrationLimit = 0.05;
constexpr std::uint64_t kLabelsMin = 30;

using drift::Measured;

double squared_noise(std::uint64_t n) { return 4 / static_cast<double>(std::max<std::uint64_t>(n, 1)); }

/// How far the distance of a column may be from its baseline's and be none: the tolerance that is the
/// default of the detectors, and the noise of n values.
double distance_limit(double squared) { return 0.02 + std::sqrt(squared); }

void keep_farther(const Measured& measured, std::optional<Measured>& farthest) {
  if (!farthest || measured.value / measured.limit > farthest->value / farthest->limit) farthest = measured;
}

/// In the window that ended and in longer spans: a change that just began is clearest in the one, a small one
/// in the others.
void note_distances(const Judged& judged, drift::Symptoms& symptoms) {
  for (const auto& [name, column] : judged.columns)
    keep_farther({.value = column.ks.lower, .limit = distance_limit(squared_noise(column.n))},
                 name == drift::kConfidenceColumn ? symptoms.confidence : symptoms.inputs);
}

double total(std::span<const std::uint64_t> counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

std::vector<double> shares(std::span<const std::uint64_t> counts) {
  std::vector<double> out;
  for (const std::uint64_t count : counts) out.push_back(static_cast<double>(count) / total(counts));
  return out;
}

std::optional<Measured> class_mix(const Scheme& scheme, const Window& over) {
  const auto reference = scheme.class_reference();
  const auto current = std::span(over.classes).first(scheme.classes());
  if (reference.empty() || total(reference) == 0 || total(current) == 0) return std::nullopt;
  const double noise = std::sqrt(squared_noise(static_cast<std::uint64_t>(total(current)))) / 2;
  return Measured{.value = drift::total_variation(shares(current), shares(reference)),
                  .limit = kMixLimit + noise};
}

/// What the baseline counted of a feature in each tracked class, and how often each was predicted now.
struct ByClass {
  std::vector<drift::Counters> reference;
  std::vector<double> share;
  double squared_noise = 0;  // of the reference, weighed by the shares
};

std::optional<ByClass> by_class(const Sight& sight, const Window& over, std::size_t feature) {
  ByClass made;
  double seen = 0;
  for (const std::uint32_t index : sight.scheme.tracked()) {
    const auto known = sight.baseline->by_class.find(sight.scheme.class_name(index));
    if (known == sight.baseline->by_class.end()) continue;
    drift::Counters counters{.reference = sight.scheme.features()[feature].fingerprint};
    std::ranges::copy(known->second[feature], counters.bins.begin());
    if (counters.count() == 0) continue;
    made.reference.push_back(counters);
    made.share.push_back(static_cast<double>(over.classes[index]));
    seen += made.share.back();
  }
  if (seen < (1 - kOtherClassesMax) * static_cast<double>(over.inferences()) || seen == 0)
    return std::nullopt;
  for (std::size_t k = 0; k < made.share.size(); ++k) {
    made.share[k] /= seen;
    made.squared_noise += made.share[k] * made.share[k] * squared_noise(made.reference[k].count());
  }
  return made;
}

/// How far the inputs lie from what the baseline's classes, in the mix predicted now, look like: near where
/// the mix moved and each class still looks as it did.
void note_given_mix(const Sight& sight, const Window& over, std::optional<Measured>& farthest) {
  for (std::size_t i = 0; i < over.all.features.size(); ++i) {
    const auto expected = by_class(sight, over, i);
    if (!expected) continue;
    const auto distance =
        drift::distance_from_mix(over.all.features[i], expected->reference, expected->share);
    const double squared = squared_noise(over.all.features[i].count()) + expected->squared_noise;
    if (distance) keep_farther({.value = *distance, .limit = distance_limit(squared)}, farthest);
  }
}

/// How far confidence − accuracy moved from what it was on the holdout.
std::optional<Measured> calibration(const Sight& sight, const Window& over) {
  if (!sight.holdout || sight.baseline == nullptr || !sight.baseline->confidence || over.confident == 0 ||
      over.labelled < kLabelsMin)
    return std::nullopt;
  const double confidence =
      std::ldexp(static_cast<double>(over.confidence_sum), -32) / static_cast<double>(over.confident);
  const double accuracy = static_cast<double>(over.right) / static_cast<double>(over.labelled);
  const double gap_then = sight.baseline->confidence->spread.mean - sight.holdout->accuracy();
  return Measured{.value = std::abs(confidence - accuracy - gap_then),
                  .limit = kCalibrationLimit + std::sqrt(squared_noise(over.labelled)) / 2};
}

void note_sensor(const Sight& sight, std::size_t feature, drift::Symptoms& symptoms) {
  const drift::SensorWatch& sensor = sight.sensors[feature];
  const Column& column = sight.scheme.features()[feature];
  const bool is_ranged =
      std::ranges::find(sight.ranges, column.name, &policy::SensorRange::feature) != sight.ranges.end();
  if (is_ranged) {
    keep_farther({.value = sensor.black(), .limit = kEndShare}, symptoms.black);
    keep_farther({.value = sensor.saturated(), .limit = kEndShare}, symptoms.saturated);
  }
  if (column.reference->commonest_share() >= kRepeatsByNature) return;
  keep_farther({.value = static_cast<double>(sensor.longest_run()), .limit = kFrozenRun}, symptoms.frozen);
  keep_farther({.value = sensor.stuck(), .limit = kStuckShare}, symptoms.stuck);
}

}  // namespace

void RecentParts::add(const Window& window) {
  if (newer_ && newer_->windows >= kHalf) older_ = std::exchange(newer_, std::nullopt);
  if (!newer_ || !newer_->merge(window)) newer_ = window;
}

std::optional<Window> RecentParts::sum() const {
  if (!newer_ || !older_) return newer_;
  Window both = *older_;
  return both.merge(*newer_) ? both : newer_;
}

drift::Symptoms symptoms_of(const Sight& sight) {
  drift::Symptoms symptoms;
  const std::optional<Window> recent = sight.recent.sum();
  if (sight.judged) note_distances(*sight.judged, symptoms);
  for (const Window* over : {&sight.window, recent ? &*recent : nullptr}) {
    if (over == nullptr || sight.baseline == nullptr) continue;
    note_distances(judge(sight.scheme, *over), symptoms);
    note_given_mix(sight, *over, symptoms.inputs_given_mix);
    if (const auto mix = class_mix(sight.scheme, *over)) keep_farther(*mix, symptoms.class_mix);
    if (const auto moved = calibration(sight, *over)) keep_farther(*moved, symptoms.calibration);
  }
  for (std::size_t i = 0; i < sight.sensors.size(); ++i) note_sensor(sight, i, symptoms);
  return symptoms;
}

}  // namespace drover::monitor
