// Training, packing and publishing, by the programs that a person would use.
#include <fmt/format.h>

#include "demo.h"
#include "fs/file_system.h"
#include "terminal.h"

namespace drover::defect {

namespace stdfs = std::filesystem;

stdfs::path Demo::training_folder(const std::string& version) const { return out() / "trained" / version; }
stdfs::path Demo::training_log(const std::string& version) const {
  return out() / "trained" / (version + ".log");
}
stdfs::path Demo::bundle(const std::string& version) const {
  return out() / "bundles" / fmt::format("defect-{}.drover", version);
}

Status Demo::start_training(const std::string& version, std::uint64_t seed, std::vector<std::string> flags) {
  DROVER_TRY(fs::make_directories(fs::real_file_system(), out() / "trained"));
  std::vector<std::string> argv = {options_.program("defect-train"),
                                   "--out",
                                   training_folder(version).string(),
                                   "--seed",
                                   std::to_string(seed),
                                   "--progress"};
  argv.insert(argv.end(), flags.begin(), flags.end());
  if (options_.fast) argv.emplace_back("--fast");
  trainings_[version] =
      DROVER_TRY(Daemon::start(std::move(argv), {.log = training_log(version), .pids = options_.pids()}));
  return {};
}

Result<Json> Demo::trained(const std::string& version) {
  Daemon& training = trainings_.at(version);
  {
    ProgressLine progress;
    DROVER_TRY(wait_for("training of " + version, std::chrono::minutes(20), [&](std::string& seen) {
      seen = last_line(training_log(version));
      progress.show(fmt::format("training {}: {}", version, seen));
      return !training.runs();
    }));
  }
  if (training.wait() != 0)
    return fail(Code::internal,
                fmt::format("defect-train for {}: {}", version, last_line(training_log(version))));
  const Bytes text = DROVER_TRY(fs::read_file(
      fs::real_file_system(), training_folder(version) / "training.json", std::uint64_t{1} << 20));
  Json json = Json::parse(as_text(text), nullptr, false);
  if (json.is_discarded()) return fail(Code::bad_json, "training.json is no JSON");
  return json;
}

Result<Json> Demo::pack(const std::string& version, const std::string& from,
                        const std::string& golden_outputs_of) {
  DROVER_TRY(fs::make_directories(fs::real_file_system(), out() / "bundles"));
  const auto file = [&](const char* name) { return (training_folder(from) / name).string(); };
  const std::string outputs_of = golden_outputs_of.empty() ? from : golden_outputs_of;
  std::vector<std::string> words = {
      "model",
      "pack",
      file("model.tflite"),
      "--name",
      "defect",
      "--version",
      version,
      "--golden",
      file("golden_inputs.npy") + "," + (training_folder(outputs_of) / "golden_outputs.npy").string(),
      "--tolerance",
      file("tolerance.json"),
      "--reference",
      file("reference.csv"),
      "--holdout",
      file("holdout_inputs.npy") + "," + file("holdout_labels.npy"),
      "--labels",
      "good,defect",
      "--preprocess",
      file("preprocess.json"),
      "--policy",
      (out() / "policy.toml").string(),
      "-o",
      bundle(version).string()};
  if (!golden_outputs_of.empty()) words.emplace_back("--no-verify");
  return drover(std::move(words));
}

Result<Json> Demo::publish(const std::string& version) {
  Json answer = DROVER_TRY(drover({"model", "publish", bundle(version).string(), "--workspace",
                                   workspace().string(), "--channel", "stable"}));
  const Json published = answer.value("published", Json::array());
  if (published.size() != 1) return fail(Code::bad_response, "drover model publish: " + answer.dump());
  digests_[version] = text(published[0], "digest");
  return answer;
}

}  // namespace drover::defect
