#include <fmt/format.h>

#include "base/digest.h"
#include "fs/file_system.h"
#include "steps.h"

namespace drover::defect {

using std::chrono::seconds;

Status expect(bool holds, const std::string& what, const Json& seen) {
  if (holds) return {};
  return fail(Code::bad_response, fmt::format("expected that {}; seen: {}", what, seen.dump()));
}

std::string error_code(const Json& report) {
  if (!report.is_object() || !report.contains("error") || !report["error"].is_object()) return "";
  return text(report["error"], "code");
}

Result<Json> step_trained(Demo& demo) {
  const std::uint64_t seed = demo.options().seed;
  demo.start_training("1.0.0", seed * 10);
  demo.start_training("1.1.0", seed * 10 + 1);
  Json training = DROVER_TRY(demo.trained("1.0.0"));
  demo.start_training("1.2.0", seed * 10 + 2,
                      {"--nan-fraction", "0.02"});  // in the background of what follows
  const Json model = DROVER_TRY(
      demo.drover({"model", "inspect", (demo.training_folder("1.0.0") / "model.tflite").string()}));
  DROVER_TRY(expect(training.value("met", false), "the model meets its bars", training));
  DROVER_TRY(expect(training["runtime"].is_object(), "the runtime was there to check the model", training));
  return Json{{"training", std::move(training)}, {"inputs", model["inputs"]}, {"outputs", model["outputs"]}};
}

Result<Json> step_published(Demo& demo) {
  const Json packed = DROVER_TRY(demo.pack("1.0.0", "1.0.0"));
  const Json published = DROVER_TRY(demo.publish("1.0.0"));
  const Bytes bundle =
      DROVER_TRY(fs::read_file(fs::real_file_system(), demo.bundle("1.0.0"), std::uint64_t{1} << 30));
  const Json listed = DROVER_TRY(demo.drover({"model", "list", "--workspace", demo.workspace().string()}));
  DROVER_TRY(
      expect(demo.digest("1.0.0") == sha256(bundle).hex(), "the signed digest is the bundle's", published));
  return Json{{"verified", packed.value("verified", false)},
              {"published", published["published"]},
              {"listed", listed["models"]}};
}

/// What a device runs, by its own agent, by its inspector and by the server.
static Result<Json> evidence_of(Demo& demo, const Device& device, const std::string& version) {
  const Json model = DROVER_TRY(device.model());
  const Json reported = DROVER_TRY(demo.reported(device));
  DROVER_TRY(wait_for(fmt::format("{}: its inspector works with {}", device.name(), version), seconds(20),
                      [&](std::string& seen) {
                        const Json counts = device.counts();
                        seen = counts.dump();
                        return counts.is_object() && text(counts, "digest") == demo.digest(version);
                      }));
  const Json counts = device.counts();
  DROVER_TRY(
      expect(text(model, "digest") == demo.digest(version), "the agent runs the published digest", model));
  DROVER_TRY(expect(text(reported, "digest") == demo.digest(version), "the shadow says so too", reported));
  DROVER_TRY(expect(counts.value("missed", 1) == 0, "no image was missed", counts));
  return Json{{"device", device.name()},
              {"version", model["version"]},
              {"committed", model.value("committed", false)},
              {"images", counts["images"]},
              {"missed", counts["missed"]},
              {"errors", counts["errors"]},
              {"confidence_mean", counts["confidence_mean"]}};
}

Result<Json> step_updated(Demo& demo) {
  for (const auto& device : demo.fleet()) DROVER_TRY(demo.assign(*device, "1.0.0"));
  DROVER_TRY(demo.await_fleet("1.0.0 after probation", seconds(90), [](const Json& reported) {
    return text(reported, "version") == "1.0.0" && text(reported, "state") == "idle";
  }));
  Json devices = Json::array();
  for (const auto& device : demo.fleet()) devices.push_back(DROVER_TRY(evidence_of(demo, *device, "1.0.0")));
  return Json{{"digest", demo.digest("1.0.0")}, {"devices", std::move(devices)}};
}

Result<Json> step_standalone_updated(Demo& demo) {
  Device& device = demo.standalone();
  DROVER_TRY(demo.plug_stick(demo.repository()));
  DROVER_TRY(device.start_agent());
  DROVER_TRY(device.start_inspector());
  Json model;
  DROVER_TRY(
      wait_for("standalone: 1.0.0 from the stick, after probation", seconds(90), [&](std::string& seen) {
        const auto answer = device.model();
        seen = answer ? answer->dump() : answer.error().text();
        if (!answer || !answer->is_object()) return false;
        model = *answer;
        return text(model, "digest") == demo.digest("1.0.0") && text(model, "state") == "idle";
      }));
  const Json status = DROVER_TRY(device.status());
  const Json counts = device.counts();
  DROVER_TRY(expect(counts.is_object() && counts.value("missed", 1) == 0, "no image was missed", counts));
  return Json{{"repository", status["agent"]["repository"]},
              {"version", model["version"]},
              {"digest", model["digest"]},
              {"images", counts["images"]},
              {"missed", counts["missed"]}};
}

}  // namespace drover::defect
