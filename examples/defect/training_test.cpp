// A whole training, small enough for a test, and what it writes.
#include "defect/training.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bundle/golden.h"
#include "bundle/manifest.h"
#include "defect/artifacts.h"
#include "defect/calibration.h"
#include "defect/foreign.h"
#include "defect/model_file.h"
#include "defect/report.h"
#include "defect/runtime_check.h"
#include "fs/file_system.h"
#include "tables/npy.h"

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;

Bytes read(const stdfs::path& path) { return fs::read_file(fs::real_file_system(), path, 64u << 20).value(); }
tables::Tensor npy(const stdfs::path& path) { return tables::read_npy(read(path)).value(); }

/// Trained once for the tests of this process.
struct Fixture {
  stdfs::path folder = stdfs::path(testing::TempDir()) / fmt::format("defect_training_{}", getpid());
  Dataset data;
  TrainOptions options{.seed = 3, .epochs = 6, .foreign_images = 60, .accuracy_min = .7, .holdout_min = .7};
  Trained trained;
  float limit = 0;
  int epochs_told = 0;

  Fixture() {
    data = make_dataset({.seed = 3,
                         .train_images = 260,
                         .validation_images = 100,
                         .holdout_images = 300,
                         .reference_images = 200})
               .value();
    trained = train(data, options, [&](const std::string&) { ++epochs_told; }).value();
    limit = dark_limit(data.train.images, .05);
    EXPECT_TRUE(write_artifacts(folder, data, trained, limit));
  }
  ~Fixture() { stdfs::remove_all(folder); }
};

const Fixture& fixture() {
  static const Fixture made;
  return made;
}

TEST(Training, ConvergesAndTheRuntimeAgreesWithIt) {
  const Fixture& f = fixture();
  EXPECT_GE(f.epochs_told, f.options.epochs);
  EXPECT_GE(accuracy(f.trained.holdout, f.data.holdout.labels), .7);
  EXPECT_LT(calibration_error(f.trained.holdout, f.data.holdout.labels), .15);

  // The runtime gives the trainer's scores, and NaN on the dark images only.
  const auto report = make_report(f.folder, f.data, f.options, f.trained, f.limit, 1);
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_TRUE(report->met) << report->text;
  const auto json = nlohmann::json::parse(as_text(read(f.folder / "training.json")));
  ASSERT_TRUE(json["runtime"].is_object()) << "no runtime to test with";
  EXPECT_LE(json["runtime"]["max_difference"], 1e-4);
  const double nan = json["runtime"]["nan_images"].get<double>() / 300;
  EXPECT_NEAR(nan, .05, 4 * std::sqrt(.05 * .95 / 300));
}

TEST(Training, IsUnsureOfWhatItHasNeverSeen) {
  const Fixture& f = fixture();
  const auto model = load_model(model_file(f.trained.weights), f.trained.weights.input);
  ASSERT_TRUE(model.has_value()) << model.error().text();
  double foreign = 0;
  constexpr std::uint64_t kOtherSeed = 77, kTextures = 200;
  for (std::uint64_t i = 0; i < kTextures; ++i)
    foreign += std::ranges::max(run_model(*model, foreign_texture(kOtherSeed, i)).value()) / kTextures;
  EXPECT_LT(foreign, mean_confidence(f.trained.holdout) - .1);
}

TEST(Dataset, EveryPartIsMadeWithAllTheCamerasInTurn) {
  const std::vector<CameraFaults> cameras = {{}, {.turned = true}, {.fogged_percent = 70}};
  const auto data = make_dataset({.seed = 5,
                                  .train_images = 6,
                                  .validation_images = 6,
                                  .holdout_images = 6,
                                  .reference_images = 6,
                                  .cameras = cameras});
  ASSERT_TRUE(data.has_value());
  std::uint64_t stream = 5 * 8;
  for (const Labelled* part : {&data->train, &data->validation, &data->holdout, &data->reference}) {
    ASSERT_EQ(part->size(), 6u);
    for (std::size_t i = 0; i < 6; ++i)
      EXPECT_EQ(part->images[i].pixels, make_surface({.camera = cameras[i % 3]}, stream, i).image.pixels);
    ++stream;
  }
}

TEST(Training, WritesWhatPackReads) {
  const Fixture& f = fixture();
  // Golden samples are of both classes and clear of the fault.
  const auto inputs = npy(f.folder / "golden_inputs.npy"), outputs = npy(f.folder / "golden_outputs.npy");
  ASSERT_EQ(inputs.shape, (std::vector<std::int64_t>{16, 48, 48, 1}));
  ASSERT_EQ(outputs.shape, (std::vector<std::int64_t>{16, 2}));
  int defects = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_GT(mean_level({48, inputs.sample(i).bytes}), f.limit);
    EXPECT_NEAR(outputs.at(2 * i) + outputs.at(2 * i + 1), 1, 1e-6);
    defects += outputs.at(2 * i + 1) > outputs.at(2 * i);
  }
  EXPECT_EQ(defects, 8);
  const auto preprocess = bundle::parse_preprocess(as_text(read(f.folder / "preprocess.json")));
  ASSERT_TRUE(preprocess.has_value()) << preprocess.error().text();
  EXPECT_EQ(preprocess->channels, bundle::Channels::grey);
  const auto tolerance = bundle::parse_tolerance(as_text(read(f.folder / "tolerance.json")));
  ASSERT_TRUE(tolerance.has_value()) << tolerance.error().text();
  EXPECT_TRUE(tolerance->of("scores", "tflite", "xnnpack").same_top1);
  EXPECT_EQ(npy(f.folder / "holdout_inputs.npy").shape[0], 300);
  EXPECT_EQ(npy(f.folder / "holdout_labels.npy").count(), 300u);
  std::istringstream csv{std::string(as_text(read(f.folder / "reference.csv")))};
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "mean,deviation,sharpness,saturated,dark,anisotropy,confidence,class");
  int rows = 0;
  while (std::getline(csv, line)) ++rows;
  EXPECT_EQ(rows, 200);
}

TEST(Training, ThatCannotConvergeIsTriedWithOtherSeedsAndThenRefused) {
  Dataset data =
      make_dataset(
          {.train_images = 40, .validation_images = 100, .holdout_images = 40, .reference_images = 1})
          .value();
  for (std::size_t i = 0; i < data.train.size(); ++i) data.train.labels[i] = static_cast<int>(i % 2);
  std::vector<std::string> told;
  const auto trained = train(data, {.epochs = 2, .foreign_images = 0, .attempts_max = 2},
                             [&](const std::string& line) { told.push_back(line); });
  ASSERT_FALSE(trained.has_value());
  EXPECT_NE(trained.error().text().find("no attempt of 2"), std::string::npos) << trained.error().text();
  EXPECT_EQ(told.back(), "attempt 2 with seed 1001 did not converge");
}

TEST(Foreign, TexturesDifferAndAreTheSameAgain) {
  EXPECT_EQ(foreign_texture(1, 2).pixels, foreign_texture(1, 2).pixels);
  EXPECT_NE(foreign_texture(1, 2).pixels, foreign_texture(1, 3).pixels);
}

/// Folders of hand-made images.
struct Folders : testing::Test {
  stdfs::path root = stdfs::path(testing::TempDir()) / fmt::format("defect_folders_{}", getpid());
  Folders() {
    stdfs::create_directories(root / "good");
    stdfs::create_directories(root / "defect");
  }
  ~Folders() override { stdfs::remove_all(root); }
  void put(const stdfs::path& path, const std::string& bytes) const {
    std::ofstream(root / path, std::ios::binary) << bytes;
  }
};

TEST_F(Folders, AreSharedOutWithoutAnImageInTwoParts) {
  for (int i = 0; i < 30; ++i) {
    put(fmt::format("good/{:02}.pgm", i), "P5\n1 1\n255\n" + std::string(1, static_cast<char>(1 + i)));
    put(fmt::format("defect/{:02}.pgm", i), "P5\n1 1\n255\n" + std::string(1, static_cast<char>(101 + i)));
  }
  const auto data = make_dataset({.good_folder = root / "good", .defect_folder = root / "defect"});
  ASSERT_TRUE(data.has_value()) << data.error().text();
  std::set<int> levels;
  for (const Labelled* part : {&data->train, &data->validation, &data->holdout})
    for (std::size_t i = 0; i < part->size(); ++i) {
      EXPECT_TRUE(levels.insert(part->images[i].pixels[0]).second);
      EXPECT_EQ(part->labels[i], part->images[i].pixels[0] > 100 ? kDefect : kGood);
    }
  EXPECT_EQ(levels.size(), 60u);
  EXPECT_EQ(data->reference.size(), data->validation.size() + data->holdout.size());
}

TEST_F(Folders, WithTooFewImagesAreRefused) {
  put("good/a.pgm", "P5\n1 1\n255\nx");
  const auto data = make_dataset({.good_folder = root / "good", .defect_folder = root / "defect"});
  ASSERT_FALSE(data.has_value());
  EXPECT_EQ(data.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace drover::defect
