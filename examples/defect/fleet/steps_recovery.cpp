#include <fmt/format.h>

#include <algorithm>

#include "steps.h"

namespace drover::defect {
namespace {

using std::chrono::seconds;

/// Waits for the middle of a download and kills the agent there; what was on the disk then.
Result<Json> kill_in_download(Device& device) {
  Json before;
  DROVER_TRY(wait_for(device.name() + ": the middle of a download", seconds(60), [&](std::string& seen) {
    const auto model = device.model();
    seen = model ? model->dump() : model.error().text();
    if (!model || !model->is_object() || text(*model, "state") != "downloading" || device.staged_bytes() == 0)
      return false;
    before = *model;
    device.kill_agent();
    return true;
  }));
  return Json{
      {"state", before["state"]}, {"running", before["version"]}, {"bytes_on_disk", device.staged_bytes()}};
}

/// Versions of the device's quarantine and disk, to see that one is in the first and not on the second.
bool quarantined(const Json& model, const std::string& digest) {
  const Json list = model.value("quarantine", Json::array());
  return std::ranges::any_of(list, [&](const Json& one) { return text(one, "digest") == digest; });
}

Result<Json> rolled_back(Demo& demo, const Device& device, const std::string& before) {
  const Json reported = DROVER_TRY(demo.reported(device));
  const Json model = DROVER_TRY(device.model());
  const std::string& bad = demo.digest("1.2.0");
  DROVER_TRY(expect(text(reported, "digest") == before, "the version before runs again", reported));
  DROVER_TRY(expect(quarantined(model, bad), "1.2.0 is quarantined", model));
  DROVER_TRY(
      wait_for(device.name() + ": its inspector saw NaN and is back", seconds(20), [&](std::string& seen) {
        const Json counts = device.counts();  // written once a second
        seen = counts.dump();
        return text(counts, "digest") == before && counts.value("nan", 0) > 0;
      }));
  const Json counts = DROVER_TRY(undisturbed(device, Nan::some));
  Json evidence = {{"device", device.name()},
                   {"running", reported["version"]},
                   {"error", reported["error"]},
                   {"quarantine", model["quarantine"]}};
  evidence.update(figures(counts));
  return evidence;
}

/// How many refreshes of the metadata the agent has begun.
Result<std::uint64_t> refreshes(const Device& device) {
  const Json status = DROVER_TRY(device.status());
  const Json& agent = status.at("agent");
  if (!agent.value("online", false)) return fail(Code::unreachable, device.name() + " is not online");
  return agent.at("refreshes").get<std::uint64_t>();
}

/// Waits until the agent is online and has begun `more` refreshes beyond `than`; how many it has begun.
Result<std::uint64_t> await_refreshes(const Device& device, std::uint64_t than, std::uint64_t more) {
  std::uint64_t begun = 0;
  DROVER_TRY(wait_for(fmt::format("{}: {} polls of the repository", device.name(), more), seconds(60),
                      [&](std::string& seen) {
                        const auto now = refreshes(device);
                        seen = now ? std::to_string(*now) : now.error().text();
                        begun = now.value_or(0);
                        return begun >= than + more;
                      }));
  return begun;
}

/// A restarted agent still has the order to run 1.2.0, asks the repository again, and does not fetch it: the
/// server serves no bundle to anybody, and the device's history has no further attempt.
Result<Json> not_fetched_again(Demo& demo, Device& device) {
  const std::string& bad = demo.digest("1.2.0");
  const Json history = DROVER_TRY(device.history());
  device.kill_agent();
  DROVER_TRY(device.start_agent());
  const std::uint64_t first = DROVER_TRY(await_refreshes(device, 0, 1));
  const std::uint64_t served = DROVER_TRY(demo.bundles_served());
  const std::uint64_t last = DROVER_TRY(await_refreshes(device, first, 3));  // of which two have ended
  const std::uint64_t served_since = DROVER_TRY(demo.bundles_served()) - served;
  const Json history_since = DROVER_TRY(device.history());
  const Json model = DROVER_TRY(device.model());
  const std::vector<std::string> kept = device.on_disk("versions");
  DROVER_TRY(expect(served_since == 0, "the server served no bundle meanwhile", served_since));
  DROVER_TRY(expect(history_since == history, "no update began meanwhile", history_since));
  DROVER_TRY(expect(std::ranges::find(kept, bad) == kept.end(), "1.2.0 is not on the disk", Json(kept)));
  DROVER_TRY(expect(device.staged_bytes() == 0, "nothing is being fetched", Json(device.on_disk("staging"))));
  DROVER_TRY(expect(quarantined(model, bad), "1.2.0 is still quarantined", model));
  return Json{{"device", device.name()},
              {"state", model["state"]},
              {"running", model["version"]},
              {"polls", last - first},
              {"bundles_served", served_since},
              {"history_entries", history.size()},
              {"on_disk", kept},
              {"staged_bytes", device.staged_bytes()}};
}

}  // namespace

Result<Json> step_power_cut_recovered(Demo& demo) {
  Device& device = *demo.fleet()[2];
  DROVER_TRY(demo.assign(device, "1.1.1"));
  Json cut = DROVER_TRY(kill_in_download(device));
  const Json asleep = DROVER_TRY(device.model());  // read from its disk: the agent is dead
  DROVER_TRY(
      expect(text(asleep, "digest") == demo.digest("1.0.0"), "1.0.0 is still the active version", asleep));
  DROVER_TRY(device.start_agent());
  DROVER_TRY(wait_for(device.name() + ": 1.1.1 after probation", seconds(90), [&](std::string& seen) {
    const auto report = demo.reported(device);
    seen = report ? report->dump() : report.error().text();
    return report && text(*report, "digest") == demo.digest("1.1.1") && text(*report, "state") == "idle";
  }));
  const Json model = DROVER_TRY(device.model());
  Json evidence = {
      {"device", device.name()},
      {"killed", std::move(cut)},
      {"finished", {{"version", model["version"]}, {"committed", model.value("committed", false)}}}};
  evidence.update(figures(DROVER_TRY(undisturbed(device))));
  return evidence;
}

Result<Json> step_probation_rolled_back(Demo& demo) {
  const Json training = DROVER_TRY(demo.trained("1.2.0"));
  const Json packed = DROVER_TRY(demo.pack("1.2.0", "1.2.0"));
  DROVER_TRY(expect(packed.value("verified", false), "1.2.0 passes its own smoke test", packed));
  DROVER_TRY(demo.publish("1.2.0"));
  std::vector<std::string> before;
  for (const auto& device : demo.fleet()) {
    const Json model = DROVER_TRY(device->model());
    before.push_back(text(model, "digest"));
    DROVER_TRY(demo.assign(*device, "1.2.0"));
  }
  DROVER_TRY(demo.await_fleet("1.2.0 taken back by probation", seconds(90), [&](const Json& reported) {
    return error_code(reported).starts_with("probation_") && text(reported, "state") == "idle";
  }));
  Json devices = Json::array();
  for (std::size_t i = 0; i < before.size(); ++i)
    devices.push_back(DROVER_TRY(rolled_back(demo, *demo.fleet()[i], before[i])));
  return Json{{"nan_rate_on_holdout", training["holdout"]["nan_rate"]},
              {"devices", std::move(devices)},
              {"not_fetched_again", DROVER_TRY(not_fetched_again(demo, *demo.fleet()[0]))}};
}

}  // namespace drover::defect
