#include <fmt/format.h>

#include "base/digest.h"
#include "fs/file_system.h"
#include "steps.h"

namespace drover::defect {

using std::chrono::seconds;

Result<Json> step_trained(Demo& demo) {
  const std::uint64_t seed = demo.options().seed;
  DROVER_TRY(demo.start_training("1.0.0", seed * 10));
  // This network runs when the lens fogs over: it is taught well what it does not know.
  DROVER_TRY(demo.start_training("1.1.0", seed * 10 + 1, {"--foreign", "800"}));
  Json training = DROVER_TRY(demo.trained("1.0.0"));
  DROVER_TRY(demo.start_training("1.2.0", seed * 10 + 2,
                                 {"--nan-fraction", "0.02"}));  // in the background of what follows
  DROVER_TRY(demo.start_training("1.3.0", seed * 10 + 3, {"--weak"}));
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

/// The server has received of this version what the inspector recorded: it lies between the inspector's
/// counts before and after. The server's own figures.
static Result<Json> telemetry_of(Demo& demo, const Device& device, const std::string& digest) {
  const Json before = DROVER_TRY(undisturbed(device));
  Json received;
  DROVER_TRY(wait_for(device.name() + ": the server has what the inspector recorded", seconds(30),
                      [&](std::string& seen) {
                        const auto answer = demo.telemetry(device);
                        seen = answer ? answer->dump() : answer.error().text();
                        if (!answer || text(*answer, "digest") != digest) return false;
                        received = *answer;
                        return received.value("inferences", 0) >= before.value("recorded", 0);
                      }));
  DROVER_TRY(expect(before.value("recorded", 0) > 0, "the inspector recorded something", before));
  DROVER_TRY(wait_for(device.name() + ": the inspector's next counts", seconds(10), [&](std::string& seen) {
    const Json after = device.counts();
    seen = fmt::format("{}; the server has {}", after.dump(), received.dump());
    return after.value("recorded", 0) >= received.value("inferences", 0);
  }));
  DROVER_TRY(expect(received.value("errors", 1) == 0 && received.value("dropped", 1) == 0,
                    "the server knows of no error and no record lost", received));
  return received;
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
  DROVER_TRY(
      expect(text(model, "digest") == demo.digest(version), "the agent runs the published digest", model));
  DROVER_TRY(expect(text(reported, "digest") == demo.digest(version), "the shadow says so too", reported));
  const Json received = DROVER_TRY(telemetry_of(demo, device, demo.digest(version)));
  const Json counts = DROVER_TRY(undisturbed(device));
  Json evidence = {{"device", device.name()},
                   {"version", model["version"]},
                   {"committed", model.value("committed", false)},
                   {"server_received", received["inferences"]},
                   {"confidence_mean", counts["confidence_mean"]}};
  evidence.update(figures(counts));
  return evidence;
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
  Json evidence = {{"repository", status["agent"]["repository"]},
                   {"version", model["version"]},
                   {"digest", model["digest"]}};
  evidence.update(figures(DROVER_TRY(undisturbed(device))));
  return evidence;
}

}  // namespace drover::defect
