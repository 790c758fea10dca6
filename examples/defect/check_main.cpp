// defect-check: a trained model in the device's own runtime, against the trainer and through faulty cameras.
#include <fmt/format.h>

#include <cstring>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bundle/manifest.h"
#include "defect/fault_effects.h"
#include "fs/file_system.h"
#include "tables/npy.h"

namespace drover::defect {
namespace {

using Json = nlohmann::ordered_json;
constexpr double kDifferenceMax = 1e-4;

struct Options {
  std::string folder, features, delegate = "xnnpack";
  std::vector<std::string> cameras = {"none", "turned", "dimmed:33", "defocus:60", "fogged:80"};
  std::uint64_t seed = 99;
  int count = 1000;
  bool json = false;
};

Result<Bytes> read(const Options& options, const char* name) {
  return fs::read_file(fs::real_file_system(), fs::Path(options.folder) / name, 256u << 20);
}

/// How the model wants its input.
Result<InputScaling> read_scaling(const Options& options) {
  const Bytes text = DROVER_TRY(read(options, "preprocess.json"));
  const auto how = DROVER_TRY(bundle::parse_preprocess(as_text(text)));
  return InputScaling{.offset = static_cast<float>(how.offset.front()),
                      .scale = static_cast<float>(how.scale.front())};
}

struct Holdout {
  std::vector<Image> images;
  std::vector<Logits> scores;
};

Result<Holdout> read_holdout(const Options& options) {
  const Bytes images = DROVER_TRY(read(options, "holdout_inputs.npy"));
  const Bytes outputs = DROVER_TRY(read(options, "holdout_outputs.npy"));
  const auto pixels = DROVER_TRY(tables::read_npy(images));
  const auto scores = DROVER_TRY(tables::read_npy(outputs));
  constexpr std::size_t kPixels = kImageSize * kImageSize;
  const std::size_t count = pixels.bytes.size() / kPixels;
  if (pixels.dtype != tables::DType::uint8 || scores.dtype != tables::DType::float32 ||
      scores.count() != 2 * count)
    return fail(Code::bad_table, "holdout_inputs.npy and holdout_outputs.npy do not belong together");
  Holdout holdout;
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = pixels.bytes.begin() + static_cast<std::ptrdiff_t>(i * kPixels);
    holdout.images.push_back({kImageSize, {from, from + kPixels}});
    holdout.scores.push_back(
        {static_cast<float>(scores.at(2 * i)), static_cast<float>(scores.at(2 * i + 1))});
  }
  return holdout;
}

Json to_json(const FaultEffect& effect) {
  Json ks;
  for (std::size_t f = 0; f < effect.ks.size(); ++f) ks[std::string(kFeatureNames[f])] = effect.ks[f];
  ks["confidence"] = effect.confidence_ks;
  return {{"camera", effect.camera},
          {"ks", std::move(ks)},
          {"mean_confidence", effect.mean_confidence},
          {"accuracy", effect.accuracy}};
}

std::string table(const std::vector<FaultEffect>& effects) {
  std::string text = fmt::format("{:<22}", "camera");
  for (const auto feature : kFeatureNames) text += fmt::format("{:>11}", feature);
  text += fmt::format("{:>11} │{:>6}{:>7}\n", "confidence", "mean", "right");
  for (const FaultEffect& effect : effects) {
    text += fmt::format("{:<22}", effect.camera);
    for (const double ks : effect.ks) text += fmt::format("{:>11.3f}", ks);
    text += fmt::format("{:>11.3f} │{:>6.3f}{:>6.1f}%\n", effect.confidence_ks, effect.mean_confidence,
                        100 * effect.accuracy);
  }
  return text;
}

/// CAMERA.csv for each camera: a line an image, as `drover drift` reads it.
Result<void> write_features(const Options& options, const std::vector<FaultEffect>& effects) {
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::make_directories(files, options.features));
  for (const FaultEffect& effect : effects) {
    std::string text = fmt::format("{},confidence\n", fmt::join(kFeatureNames, ","));
    for (std::size_t row = 0; row < effect.seen.back().size(); ++row)
      for (const auto& column : effect.seen)
        text += fmt::format("{}{}", column[row], &column == &effect.seen.back() ? '\n' : ',');
    const auto path = fs::Path(options.features) / (effect.camera + ".csv");
    DROVER_TRY(fs::write_atomically(files, path, as_bytes(text)));
  }
  return {};
}

/// True when the runtime agrees with the trainer.
Result<bool> check(const Options& options) {
  Bytes model = DROVER_TRY(read(options, "model.tflite"));
  const InputScaling scaling = DROVER_TRY(read_scaling(options));
  const LoadedModel loaded = DROVER_TRY(load_model(std::move(model), scaling, options.delegate));
  const Holdout holdout = DROVER_TRY(read_holdout(options));
  const RuntimeCheck agreement = DROVER_TRY(check_in_runtime(loaded, holdout.images, holdout.scores));
  const std::vector<CameraFaults> cameras = DROVER_TRY(parse_cameras(options.cameras));
  const auto effects = DROVER_TRY(fault_effects(loaded, cameras, options.seed, options.count));
  if (!options.features.empty()) DROVER_TRY(write_features(options, effects));
  if (options.json) {
    Json json = {{"images", holdout.images.size()},
                 {"delegate", loaded.session->info().engine.delegate},
                 {"max_difference", agreement.max_difference},
                 {"nan_images", agreement.not_a_number},
                 {"latency_us", agreement.latency_us},
                 {"cameras", Json::array()}};
    for (const FaultEffect& effect : effects) json["cameras"].push_back(to_json(effect));
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print(
        "{} holdout images: scores differ from the trainer's by at most {:.1e}, {} NaN, {:.0f} µs each\n\n"
        "KS of each column against a healthy camera, on {} scenes; mean confidence and right answers:\n{}",
        holdout.images.size(), agreement.max_difference, agreement.not_a_number, agreement.latency_us,
        options.count, table(effects));
  }
  return agreement.max_difference <= kDifferenceMax;
}

}  // namespace
}  // namespace drover::defect

int main(int argc, char** argv) {
  using namespace drover;
  CLI::App app(
      "Runs a folder that defect-train wrote through the real model runtime: does it give the trainer's "
      "scores\n"
      "on the whole holdout, and what does each camera fault do to features and confidence? Exit 1 when the\n"
      "scores differ by more than 1e-4.",
      "defect-check");
  defect::Options options;
  app.set_version_flag("--version", DROVER_VERSION);
  app.add_option("folder", options.folder, "What defect-train wrote")->required();
  app.add_option("--camera", options.cameras,
                 "Camera faults to try, each none or such as dimmed:33 or turned,fogged:40");
  app.add_option("--count", options.count, "Scenes for each camera")->check(CLI::Range(10, 1'000'000));
  app.add_option("--seed", options.seed, "Of the scenes");
  app.add_option("--features", options.features, "Folder for what each camera saw, as CAMERA.csv");
  app.add_option("--delegate", options.delegate, "xnnpack or none");
  app.add_flag("--json", options.json, "One JSON document");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Result<bool> agrees = defect::check(options);
  if (agrees) return *agrees ? 0 : 1;
  fmt::print(stderr, "defect-check: {} [{}]\n", agrees.error().text(), name(agrees.error().code));
  return 1;
}
