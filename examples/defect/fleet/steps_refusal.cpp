#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "steps.h"
#include "thief.h"

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;
using std::chrono::seconds;

/// Where a status tells why: of the repository as a whole, or of one version.
Json repository_error(const Json& status) {
  return status.value("agent", Json::object()).value("error", Json());
}
Json model_error(const Json& status) {
  return status.value("models", Json::object()).value("defect", Json::object()).value("error", Json());
}

/// Waits until the standalone device's status tells, in the place `error_in` looks at, of a refusal with this
/// code and these words; it must still run 1.0.0, undisturbed.
Result<Json> await_refusal(Demo& demo, const std::string& what, Json (*error_in)(const Json& status),
                           const std::string& code, const std::string& words = "") {
  Json status;
  DROVER_TRY(wait_for("standalone: " + what, seconds(60), [&](std::string& seen) {
    const auto answer = demo.standalone().status();
    seen = answer ? answer->dump() : answer.error().text();
    if (!answer) return false;
    status = *answer;
    const Json error = error_in(status);
    return text(error, "code") == code && text(error, "message").contains(words);
  }));
  const Json& model = status["models"]["defect"];
  DROVER_TRY(expect(text(model, "digest") == demo.digest("1.0.0"), "1.0.0 runs on", status));
  Json evidence = {{"error", error_in(status)}, {"running", model["version"]}};
  evidence.update(figures(DROVER_TRY(undisturbed(demo.standalone()))));
  return evidence;
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
    const Json counts = DROVER_TRY(undisturbed(*device));
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

/// The thief has all that is on the server: the repository and the keys of snapshot and timestamp.
Result<Json> step_signature_rejected(Demo& demo) {
  const stdfs::path stranger = demo.out() / "stranger";
  const std::string version = "6.6.6";
  DROVER_TRY(demo.drover({"init", stranger.string(), "--repository-only"}));
  DROVER_TRY(demo.pack(version, "1.1.0"));
  const Json offered = DROVER_TRY(demo.drover({"model", "publish", demo.bundle(version).string(),
                                               "--workspace", stranger.string(), "--channel", "stable"}));
  std::string role;
  DROVER_TRY(demo.plug_stick(demo.repository(), [&](const stdfs::path& copy) -> Status {
    role = DROVER_TRY(forge_model_role(copy, demo.workspace() / "keys", stranger));
    return {};
  }));
  Json evidence = DROVER_TRY(await_refusal(demo, "the stranger's signature refused", model_error,
                                           "bad_signature", role + " is signed by 0 of the keys"));
  evidence["role"] = role;
  evidence["offered"] = version;
  const auto kept = demo.standalone().on_disk("versions");
  const std::string digest = text(offered.at("published").at(0), "digest");
  DROVER_TRY(
      expect(std::ranges::find(kept, digest) == kept.end(), "nothing came from the thief", Json(kept)));
  return evidence;
}

/// The owner's publications after a theft overtake the thief's: then the genuine stick is read again.
static Status read_again(Demo& demo) {
  for (int i = 0; i < 2; ++i)
    DROVER_TRY(demo.drover({"key", "renew", "defect", "--workspace", demo.workspace().string()}));
  DROVER_TRY(demo.plug_stick(demo.repository()));
  return wait_for("standalone: the genuine stick is read again", seconds(60), [&](std::string& seen) {
    const auto status = demo.standalone().status();
    seen = status ? status->dump() : status.error().text();
    return status && status->contains("agent") && repository_error(*status).is_null();
  });
}

Result<Json> step_metadata_rollback_rejected(Demo& demo) {
  DROVER_TRY(demo.plug_stick(demo.out() / "stick.old"));
  Json evidence =
      DROVER_TRY(await_refusal(demo, "the older metadata refused", repository_error, "metadata_rollback"));
  DROVER_TRY(read_again(demo));
  return evidence;
}

}  // namespace drover::defect
