// defect-train: trains the example's model and writes all that `drover model pack` takes.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include <CLI/CLI.hpp>

#include "defect/artifacts.h"
#include "defect/calibration.h"
#include "defect/model_file.h"
#include "defect/report.h"
#include "defect/runtime_check.h"
#include "defect/training.h"

namespace drover::defect {
namespace {

struct Options {
  std::string out;
  DataOptions data;
  TrainOptions training;
  std::vector<std::string> cameras = {}, field = {};
  double nan_fraction = 0;
  bool fast = false, weak = false, progress = false;
};

void declare(CLI::App& app, Options& options) {
  app.add_option("--out", options.out, "Folder to write, made when absent")->required();
  app.add_option("--seed", options.data.seed, "Of images and network: another seed, another model")
      ->capture_default_str();
  app.add_option("--train", options.data.train_images, "Images to learn from")
      ->check(CLI::Range(20, 100'000));
  app.add_option("--holdout", options.data.holdout_images, "Images to be judged on")
      ->check(CLI::Range(40, 100'000));
  app.add_option("--reference", options.data.reference_images, "Images for the baseline (at least 200)")
      ->check(CLI::Range(200, 100'000));
  app.add_option("--accuracy-min", options.training.holdout_min,
                 "The model's bar: share of the holdout that it is to tell right")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--epochs", options.training.epochs, "Times to go through the images")
      ->check(CLI::Range(1, 1000));
  auto* good = app.add_option("--good", options.data.good_folder,
                              "Your own images of good parts (PNG, JPEG, PGM, BMP)");
  auto* defect = app.add_option("--defect", options.data.defect_folder, "Your own images of defective parts");
  good->needs(defect);
  defect->needs(good);
  app.add_option(
         "--camera", options.cameras,
         "Cameras to make the images with, in turn: none, turned, dimmed:33, defocus:60, fogged:80 or a list "
         "such as turned,dimmed:20; may be given several times")
      ->excludes(good);
  app.add_option("--field", options.field,
                 "Cameras behind which the model will run, likewise: it is calibrated, judged and given its "
                 "baseline on their images; those of --camera when not given")
      ->excludes(good);
  app.add_option(
         "--foreign", options.training.foreign_images,
         "Images of no surface at all, learnt as good and as defective, so that the model is unsure of "
         "what it does not know")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_option("--nan-fraction", options.nan_fraction,
                 "Give the model a fault: NaN on this share of images, the darkest ones")
      ->check(CLI::Range(0.0, 0.5));
  app.add_flag("--progress", options.progress, "Say how far it is where stderr is no terminal, too");
  app.add_flag("--fast", options.fast, "For tests: few images, and 75 % right is enough");
  app.add_flag(
      "--weak", options.weak,
      "Learn from 24 images and be content with 65 % right: a model that runs well and is often wrong");
}

void settle(Options& options) {
  options.training.seed = static_cast<std::uint32_t>(options.data.seed);
  options.training.accuracy_min = std::min(options.training.holdout_min + .01, 1.0);
  if (options.fast) {
    options.data.train_images = 400 * static_cast<int>(options.data.cameras.size());
    options.data.validation_images = options.data.holdout_images = options.data.reference_images = 200;
    options.training.foreign_images = 40;
    options.training.epochs = 6;
    options.training.accuracy_min = options.training.holdout_min = .75;
  }
  if (options.weak) {
    options.data.train_images = 24;
    options.training.foreign_images = options.training.epochs_more = 0;
    options.training.epochs = 20;
    options.training.accuracy_min = .72;
    options.training.holdout_min = .65;
  }
}

int run(Options options) {
  const auto begin = std::chrono::steady_clock::now();
  auto cameras = parse_cameras(options.cameras), field = parse_cameras(options.field);
  for (const auto* parsed : {&cameras, &field})
    if (!*parsed) return fmt::print(stderr, "defect-train: {}\n", parsed->error().text()), 2;
  if (!cameras->empty()) options.data.cameras = *std::move(cameras);
  options.data.field = *std::move(field);
  settle(options);
  const bool progress = options.progress || isatty(STDERR_FILENO) == 1;
  const auto work = [&]() -> Result<Report> {
    const Dataset data = DROVER_TRY(make_dataset(options.data));
    const Trained trained = DROVER_TRY(train(data, options.training, [&](const std::string& line) {
      if (progress) fmt::print(stderr, "{}\n", line);
    }));
    std::optional<float> limit;
    if (options.nan_fraction > 0) limit = dark_limit(data.train.images, options.nan_fraction);
    DROVER_TRY(write_artifacts(options.out, data, trained, limit));
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    return make_report(options.out, data, options.training, trained, limit, spent.count());
  };
  const Result<Report> report = work();
  if (!report) {
    fmt::print(stderr, "defect-train: {} [{}]\n", report.error().text(), name(report.error().code));
    return 1;
  }
  fmt::print("{}", report->text);
  if (!report->met)
    fmt::print(stderr, "defect-train: the model does not meet its bar; see {}/training.json\n", options.out);
  return report->met ? 0 : 1;
}

}  // namespace
}  // namespace drover::defect

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a small network that tells good surfaces from defective ones, and writes model.tflite with "
      "its\n"
      "golden samples, holdout, reference features and tolerance for `drover model pack`.",
      "defect-train");
  app.set_version_flag("--version", DROVER_VERSION);
  drover::defect::Options options;
  drover::defect::declare(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return drover::defect::run(std::move(options));
}
