#include "drift/triage/triage.h"

#include <algorithm>

namespace drover::drift {
namespace {

/// A cause as its conditions are gone through: false as soon as a needed one does not hold or is not known.
class Case {
 public:
  explicit Case(Cause cause) { found_.cause = cause, found_.score = 1; }

  Case& beyond(std::string_view name, const std::optional<Measured>& measured) {
    return need(name, measured, true);
  }
  Case& within(std::string_view name, const std::optional<Measured>& measured) {
    return need(name, measured, false);
  }
  /// Makes the case more or less clear, and decides nothing.
  Case& rather_within(std::string_view name, const std::optional<Measured>& measured) {
    if (measured) weigh(name, *measured, false);
    return *this;
  }
  void add_to(std::vector<RankedCause>& causes) {
    if (holds_) causes.push_back(std::move(found_));
  }

 private:
  Case& need(std::string_view name, const std::optional<Measured>& measured, bool beyond) {
    holds_ = holds_ && measured && measured->beyond() == beyond;
    if (holds_) weigh(name, *measured, beyond);
    return *this;
  }
  void weigh(std::string_view name, const Measured& measured, bool beyond) {
    const double side = beyond ? measured.value : measured.limit;
    found_.score = std::min(found_.score, side / (measured.value + measured.limit));
    found_.because.push_back({name, measured});
  }

  RankedCause found_{};
  bool holds_ = true;
};

void sensor_faults(const Symptoms& symptoms, std::vector<RankedCause>& causes) {
  RankedCause fault{.cause = Cause::sensor_fault, .score = 0, .because = {}};
  const auto look = [&fault](std::string_view name, const std::optional<Measured>& measured) {
    if (!measured || !measured->beyond()) return;
    fault.score = std::max(fault.score, measured->value / (measured->value + measured->limit));
    fault.because.push_back({name, *measured});
  };
  look("frozen", symptoms.frozen);
  look("stuck", symptoms.stuck);
  look("black", symptoms.black);
  look("saturated", symptoms.saturated);
  if (!fault.because.empty()) causes.push_back(std::move(fault));
}

}  // namespace

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::sensor_fault:
      return "sensor fault";
    case Cause::class_mix:
      return "class mix";
    case Cause::covariate_shift:
      return "covariate shift";
    case Cause::runtime_fault:
      return "runtime or quantisation fault";
    case Cause::concept_drift:
      return "concept drift";
  }
  return "unknown";
}

std::vector<RankedCause> rank_causes(const Symptoms& symptoms) {
  std::vector<RankedCause> causes;
  sensor_faults(symptoms, causes);
  if (!causes.empty()) return causes;

  const bool has_mix = symptoms.inputs_given_mix.has_value();
  const std::string_view unexplained = has_mix ? "inputs given the class mix" : "inputs";
  const auto& inputs_unexplained = has_mix ? symptoms.inputs_given_mix : symptoms.inputs;
  Case(Cause::class_mix)
      .beyond("inputs", symptoms.inputs)
      .beyond("class mix", symptoms.class_mix)
      .within(unexplained, symptoms.inputs_given_mix)
      .add_to(causes);
  Case(Cause::covariate_shift).beyond(unexplained, inputs_unexplained).add_to(causes);
  Case(Cause::runtime_fault)
      .beyond("confidence", symptoms.confidence)
      .within("inputs", symptoms.inputs)
      .add_to(causes);
  Case(Cause::concept_drift)
      .beyond("calibration", symptoms.calibration)
      .rather_within(unexplained, inputs_unexplained)
      .add_to(causes);
  std::ranges::sort(causes, [](const RankedCause& a, const RankedCause& b) {
    return a.score != b.score ? a.score > b.score : a.cause < b.cause;
  });
  return causes;
}

}  // namespace drover::drift
