#include "defect/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "defect/artifacts.h"
#include "defect/calibration.h"
#include "defect/runtime_check.h"
#include "fs/file_system.h"

namespace drover::defect {
namespace {

using Json = nlohmann::ordered_json;

/// NaN where it was not to be, or numbers where NaN was: an image right at the limit may fall on either side.
bool nan_as_expected(const RuntimeCheck& check, std::size_t expected) {
  const auto low = std::min(check.not_a_number, expected), high = std::max(check.not_a_number, expected);
  return expected == 0 ? high == 0 : high - low <= 1;
}

/// True when the runtime agrees; an absent runtime is told, not held against the model.
Result<bool> check_runtime(const std::string& folder, const Dataset& data, const Trained& trained,
                           std::size_t dark, Json& json, std::string& text) {
  Bytes model =
      DROVER_TRY(fs::read_file(fs::real_file_system(), fs::Path(folder) / "model.tflite", 16u << 20));
  const auto loaded = load_model(std::move(model), trained.weights.input);
  if (!loaded && loaded.error().code == Code::runtime_missing) {
    json["runtime"] = nullptr;
    text += fmt::format("runtime      not checked: {}\n", loaded.error().text());
    return true;
  }
  if (!loaded) return fail(loaded.error());
  std::vector<Logits> expected;
  for (const Logits& logits : trained.holdout) expected.push_back(softmax(logits));
  const RuntimeCheck check = DROVER_TRY(check_in_runtime(*loaded, data.holdout.images, expected));
  const auto engine = loaded->session->info().engine;
  json["runtime"] = {{"engine", engine.engine},          {"version", engine.version},
                     {"delegate", engine.delegate},      {"max_difference", check.max_difference},
                     {"nan_images", check.not_a_number}, {"latency_us", check.latency_us}};
  text += fmt::format("runtime      {} {} ({}): scores differ by at most {:.1e} on {} images, {} NaN\n",
                      engine.engine, engine.version, engine.delegate, check.max_difference,
                      data.holdout.size(), check.not_a_number);
  return check.max_difference <= kDifferenceMax && nan_as_expected(check, dark);
}

}  // namespace

Result<Report> make_report(const std::string& folder, const Dataset& data, const TrainOptions& options,
                           const Trained& trained, std::optional<float> limit, double seconds) {
  const double right = accuracy(trained.holdout, data.holdout.labels);
  const double error = calibration_error(trained.holdout, data.holdout.labels);
  const double confidence = mean_confidence(trained.holdout);
  const std::size_t dark = limit ? count_dark(data.holdout.images, *limit) : 0;
  const double nan_rate = static_cast<double>(dark) / static_cast<double>(data.holdout.size());
  Json json = {{"images",
                {{"train", data.train.size()},
                 {"validation", data.validation.size()},
                 {"holdout", data.holdout.size()},
                 {"reference", data.reference.size()}}},
               {"seed", trained.seed},
               {"attempts", trained.attempts},
               {"epochs", options.epochs},
               {"seconds", seconds},
               {"temperature", trained.temperature},
               {"holdout",
                {{"accuracy", right},
                 {"calibration_error", error},
                 {"mean_confidence", confidence},
                 {"nan_rate", nan_rate}}},
               {"bars",
                {{"accuracy_min", options.holdout_min},
                 {"calibration_error_max", kCalibrationErrorMax},
                 {"difference_max", kDifferenceMax}}}};
  Report report;
  report.text = fmt::format(
      "trained      in {:.1f} s, attempt {}, seed {}\n"
      "holdout      {} images, {:.1f} % right, calibration error {:.3f}, mean confidence {:.3f} (temperature "
      "{:.2f})\n",
      seconds, trained.attempts, trained.seed, data.holdout.size(), 100 * right, error, confidence,
      trained.temperature);
  if (limit)
    report.text += fmt::format("fault        NaN on {} of {} images ({:.1f} %)\n", dark, data.holdout.size(),
                               100 * nan_rate);
  const bool runs = DROVER_TRY(check_runtime(folder, data, trained, dark, json, report.text));
  const bool full = options.holdout_min >= .9;
  report.met = runs && right >= options.holdout_min && (!full || error <= kCalibrationErrorMax);
  json["met"] = report.met;
  DROVER_TRY(fs::write_atomically(fs::real_file_system(), fs::Path(folder) / "training.json",
                                  as_bytes(json.dump(2) + "\n")));
  return report;
}

}  // namespace drover::defect
