#include <fmt/format.h>

#include <fstream>

#include "steps.h"

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;
using std::chrono::seconds;

/// The standalone device's status once `refused` finds the refusal in it; it must still run 1.0.0.
Result<Json> await_refusal(Demo& demo, const std::string& what,
                           const std::function<std::string(const Json& status)>& code,
                           const std::string& wanted) {
  Json status;
  DROVER_TRY(wait_for("standalone: " + what, seconds(60), [&](std::string& seen) {
    const auto answer = demo.standalone().status();
    seen = answer ? answer->dump() : answer.error().text();
    if (answer) status = *answer;
    return answer && code(*answer) == wanted;
  }));
  DROVER_TRY(
      expect(text(status["models"]["defect"], "digest") == demo.digest("1.0.0"), "1.0.0 runs on", status));
  const Json counts = demo.standalone().counts();
  DROVER_TRY(expect(counts.value("missed", 1) == 0, "no image was missed", counts));
  return Json{{"agent_error", status["agent"]["error"]},
              {"model_error", status["models"]["defect"]["error"]},
              {"running", status["models"]["defect"]["version"]},
              {"images", counts["images"]}};
}

std::string repository_error(const Json& status) { return error_code(status.value("agent", Json())); }
std::string model_error(const Json& status) {
  return error_code(status.value("models", Json::object()).value("defect", Json()));
}

Status flip_byte(const stdfs::path& file) {
  std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
  const auto middle = static_cast<std::streamoff>(stdfs::file_size(file) / 2);
  bytes.seekg(middle);
  const char changed = static_cast<char>(bytes.get() ^ 1);
  bytes.seekp(middle);
  bytes.put(changed);
  return bytes.good() ? Status() : fail(Code::io_failed, file.string() + ": cannot be changed");
}

/// The bundle of this digest under a repository's targets.
Result<stdfs::path> find_bundle(const stdfs::path& repository, const std::string& digest) {
  for (const auto& entry : stdfs::recursive_directory_iterator(repository / "targets"))
    if (entry.path().filename().string().starts_with(digest)) return entry.path();
  return fail(Code::not_found, fmt::format("no bundle {} in {}", digest, repository.string()));
}

}  // namespace

Result<Json> step_smoke_rejected(Demo& demo) {
  DROVER_TRY(demo.plug_stick(demo.repository()));
  stdfs::copy(demo.repository(), demo.out() / "stick.old", stdfs::copy_options::recursive);
  DROVER_TRY(demo.trained("1.1.0"));
  DROVER_TRY(demo.pack("1.1.0", "1.1.0", "1.0.0"));  // golden outputs of another model's samples
  DROVER_TRY(demo.publish("1.1.0"));
  DROVER_TRY(demo.plug_stick(demo.repository()));
  for (const auto& device : demo.fleet()) DROVER_TRY(demo.assign(*device, "1.1.0"));
  DROVER_TRY(demo.await_fleet("1.1.0 refused by its smoke test", seconds(60), [](const Json& reported) {
    return error_code(reported) == "smoke_output" && text(reported, "state") == "idle";
  }));
  Json devices = Json::array();
  for (const auto& device : demo.fleet()) {
    const Json reported = DROVER_TRY(demo.reported(*device));
    const Json counts = device->counts();
    DROVER_TRY(expect(text(reported, "digest") == demo.digest("1.0.0"), "1.0.0 runs on", reported));
    DROVER_TRY(
        expect(text(counts, "digest") == demo.digest("1.0.0"), "the inspector works with 1.0.0", counts));
    devices.push_back(
        {{"device", device->name()}, {"running", reported["version"]}, {"error", reported["error"]}});
  }
  Json standalone =
      DROVER_TRY(await_refusal(demo, "1.1.0 refused by its smoke test", model_error, "smoke_output"));
  return Json{{"devices", std::move(devices)}, {"standalone", std::move(standalone)}};
}

Result<Json> step_tamper_rejected(Demo& demo) {
  DROVER_TRY(demo.pack("1.1.1", "1.1.0"));  // the same model, with its own golden outputs
  DROVER_TRY(demo.publish("1.1.1"));
  std::string flipped;
  DROVER_TRY(demo.plug_stick(demo.repository(), [&](const stdfs::path& copy) -> Status {
    const stdfs::path file = DROVER_TRY(find_bundle(copy, demo.digest("1.1.1")));
    flipped = file.filename().string();
    return flip_byte(file);
  }));
  Json evidence = DROVER_TRY(await_refusal(demo, "the changed bundle refused", model_error, "bad_digest"));
  evidence["file"] = flipped;
  return evidence;
}

Result<Json> step_signature_rejected(Demo& demo) {
  const stdfs::path stranger = demo.out() / "stranger";
  DROVER_TRY(demo.drover({"init", stranger.string(), "--repository-only"}));
  DROVER_TRY(demo.drover({"model", "publish", demo.bundle("1.1.1").string(), "--workspace", stranger.string(),
                          "--channel", "stable"}));
  DROVER_TRY(demo.plug_stick(stranger / "repository"));
  return await_refusal(demo, "the stranger's signature refused", repository_error, "bad_signature");
}

Result<Json> step_metadata_rollback_rejected(Demo& demo) {
  DROVER_TRY(demo.plug_stick(demo.out() / "stick.old"));
  Json evidence =
      DROVER_TRY(await_refusal(demo, "the older metadata refused", repository_error, "metadata_rollback"));
  DROVER_TRY(demo.plug_stick(demo.repository()));
  return evidence;
}

}  // namespace drover::defect
