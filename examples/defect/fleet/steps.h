#pragma once

#include <string>
#include <vector>

#include "demo.h"

namespace drover::defect {

/// One step of the demo. `run` makes something happen and then reads from the running system what came of it:
/// the evidence. A step that does not see what it is named for fails.
struct Step {
  const char* name;
  const char* title;
  Result<Json> (*run)(Demo& demo);
};

Result<Json> step_trained(Demo& demo);
Result<Json> step_published(Demo& demo);
Result<Json> step_updated(Demo& demo);
Result<Json> step_standalone_updated(Demo& demo);
Result<Json> step_smoke_rejected(Demo& demo);
Result<Json> step_tamper_rejected(Demo& demo);
Result<Json> step_signature_rejected(Demo& demo);
Result<Json> step_metadata_rollback_rejected(Demo& demo);
Result<Json> step_power_cut_recovered(Demo& demo);
Result<Json> step_probation_rolled_back(Demo& demo);
Result<Json> step_updated_again(Demo& demo);
Result<Json> step_probation_accuracy_rolled_back(Demo& demo);
Result<Json> step_drift_detected(Demo& demo);
Result<Json> step_healthy_quiet(Demo& demo);
Result<Json> step_alert_fired(Demo& demo);
Result<Json> step_alert_rolled_back(Demo& demo);
Result<Json> step_retrained(Demo& demo);
Result<Json> step_recovered(Demo& demo);

inline constexpr Step kSteps[] = {
    {"trained", "1.0.0 is trained", step_trained},
    {"published", "1.0.0 is packed, signed and published", step_published},
    {"updated", "five devices take 1.0.0", step_updated},
    {"standalone_updated", "a device without a server takes 1.0.0 from a stick", step_standalone_updated},
    {"smoke_rejected", "1.1.0 has wrong golden outputs: every smoke test refuses it", step_smoke_rejected},
    {"tamper_rejected", "one byte of 1.1.1 is flipped on the stick", step_tamper_rejected},
    {"signature_rejected", "a thief of the server signs all that its keys sign: not the model",
     step_signature_rejected},
    {"metadata_rollback_rejected", "a stick with older signed metadata", step_metadata_rollback_rejected},
    {"power_cut_recovered", "an agent is killed while it downloads 1.1.1", step_power_cut_recovered},
    {"probation_rolled_back", "1.2.0 gives NaN on one image in fifty: probation takes it back",
     step_probation_rolled_back},
    {"updated_again", "1.0.1, another good version: now there is one to go back to", step_updated_again},
    {"probation_accuracy_rolled_back", "1.3.0 is trained on too little: its labels take it back",
     step_probation_accuracy_rolled_back},
    {"drift_detected", "a camera is turned, a lamp dims, a lens fogs over: the right features are named",
     step_drift_detected},
    {"alert_fired", "mean confidence < 0.75 for five windows on the fogged one", step_alert_fired},
    {"alert_rolled_back", "the alert takes 1.0.1 back to 1.0.0 there", step_alert_rolled_back},
    {"retrained", "the alert asks for a retraining; 1.4.0 learns what the fogged camera shows",
     step_retrained},
    {"recovered", "1.4.0 is sure again behind the fogged lens", step_recovered},
    {"healthy_quiet", "meanwhile nothing on the others", step_healthy_quiet}};

/// Whether a version that gives NaN has been in the device's inspector.
enum class Nan { none, some };
/// The counts of a device's inspector, which runs, has missed no image of its camera's, and in which no
/// inference failed and none went unrecorded.
Result<Json> undisturbed(const Device& device, Nan nan = Nan::none);
/// Of these counts, those that evidence shows.
Json figures(const Json& counts);

/// Fails with what was expected and what was seen.
Status expect(bool holds, const std::string& what, const Json& seen);
/// Whether a device reports that it runs this version, through with its probation and without an error.
bool runs(const Json& reported, const std::string& version);
/// The rule of the demo's policy on the mean confidence.
inline constexpr const char* kLowConfidence = "low-confidence";
/// {"code": …} of a report's or a status's error; empty when there is none.
std::string error_code(const Json& report);

}  // namespace drover::defect
