#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace drover::drift {

/// A figure and the limit from which on it counts. What the limit means is the caller's choice: a test's
/// critical value, a detector's threshold, a share.
struct Measured {
  double value = 0;
  double limit = 1;  // above 0
  [[nodiscard]] bool beyond() const { return value >= limit; }
};

/// What is known when something seems to have drifted. What was not measured stays empty: a rule that needs
/// it is then not applied.
struct Symptoms {
  std::optional<Measured> inputs = {};            // farthest feature from its baseline (D, or an e-value)
  std::optional<Measured> inputs_given_mix = {};  // likewise from Σ π̂_k·F_k (class_mix.h)
  std::optional<Measured> class_mix = {};         // total variation between π̂ and the reference's mix
  std::optional<Measured> confidence = {};        // how far confidence fell
  std::optional<Measured> calibration = {};       // how far confidence − correct moved; needs labels
  std::optional<Measured> frozen = {};            // longest run of equal values (sensor_watch.h)
  std::optional<Measured> stuck = {};             // share of the commonest value
  std::optional<Measured> black = {};             // share at or below the range's low end
  std::optional<Measured> saturated = {};         // share at or above its high end
};

enum class Cause : std::uint8_t { sensor_fault, class_mix, covariate_shift, runtime_fault, concept_drift };
std::string_view name_of(Cause cause);

/// A figure that made a cause likely: what it is, and on which side of its limit it lies.
struct Because {
  std::string_view measure;
  Measured measured;
};
struct RankedCause {
  Cause cause;
  double score = 0;  // up to 1: how clearly its conditions hold
  std::vector<Because> because;
};

/// The causes whose conditions hold, clearest first; none when nothing is beyond its limit.
///
/// | cause | needs |
/// |---|---|
/// | sensor fault | a sensor figure beyond its limit: the rest is then not looked at |
/// | class mix | inputs beyond, mix beyond, inputs given the mix within |
/// | covariate shift | inputs given the mix (or, without one, inputs) beyond |
/// | runtime or quantisation fault | confidence fell, inputs within |
/// | concept drift | calibration moved; inputs within make it clearer |
///
/// A condition "beyond" holds as clearly as value/(value + limit), "within" as limit/(value + limit); a score
/// is the least clear of its conditions. The scores order causes and are no probabilities.
std::vector<RankedCause> rank_causes(const Symptoms& symptoms);

}  // namespace drover::drift
