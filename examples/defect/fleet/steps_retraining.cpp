// The alert asks for a retraining on the device.
#include "steps.h"

namespace drover::defect {

Result<Json> step_retraining_asked(Demo& demo) {
  Json evidence = DROVER_TRY(demo.await_retraining());
  DROVER_TRY(expect(text(evidence, "rule") == "low-confidence", "the evidence is the alert's", evidence));
  return Json{{"asked_for_by", std::move(evidence)}, {"agents", demo.agents_cost()}};
}

}  // namespace drover::defect
