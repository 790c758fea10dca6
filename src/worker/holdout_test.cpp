#include "runtime/tiny_model.h"
#include "worker/worker_testing.h"

namespace drover::worker {
namespace {

namespace tiny = runtime::tiny;
using testing::HasSubstr;
using Matrix = std::vector<std::vector<std::uint64_t>>;

/// A version with a holdout, whose labels are what the test says.
class Holdout : public Worker {
 protected:
  Result<bundle::HoldoutReport> holdout() {
    return bundle::interpret_holdout(process(bundle::holdout_command(options_, directory_)));
  }
  void write_labels(const std::vector<std::int64_t>& labels, DType dtype = DType::int64) {
    Tensor tensor = *tables::make_tensor(dtype, {static_cast<std::int64_t>(labels.size())});
    for (std::size_t i = 0; i < labels.size(); ++i) tensor.set(i, static_cast<double>(labels[i]));
    write_bytes(directory_ + "/holdout/labels.npy", tables::write_npy(tensor));
  }
  /// The keyword model, its golden inputs as the holdout; the classes of its golden outputs are returned.
  std::vector<std::int64_t> write_keywords() {
    Manifest manifest = write_version();
    std::filesystem::create_directory(directory_ + "/holdout");
    std::filesystem::copy_file(directory_ + "/golden/inputs.npy", directory_ + "/holdout/inputs.npy");
    manifest.members["holdout/inputs.npy"] = manifest.members["holdout/labels.npy"] = {};
    write_manifest(manifest);
    const Tensor outputs = golden_outputs();
    std::vector<std::int64_t> classes;
    for (std::size_t sample = 0; sample < 10; ++sample) {
      std::size_t best = 0;
      for (std::size_t i = 1; i < 12; ++i)
        if (outputs.at(sample * 12 + i) > outputs.at(sample * 12 + best)) best = i;
      classes.push_back(static_cast<std::int64_t>(best));
    }
    return classes;
  }
  void expect_refused(Code code, const std::string& words) {
    const auto report = holdout();
    ASSERT_FALSE(report.has_value()) << words;
    EXPECT_EQ(report.error().code, code);
    EXPECT_THAT(report.error().text(), HasSubstr(words));
  }
};

TEST_F(Holdout, CountsTheAnswersThatAreTheLabelAndWhatTheOthersWere) {
  std::vector<std::int64_t> labels = write_keywords();
  Matrix expected(12, std::vector<std::uint64_t>(12));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto answer = static_cast<std::size_t>(labels[i]);
    if (i == 2 || i == 7 || i == 8) labels[i] = (labels[i] + 1) % 12;
    expected[static_cast<std::size_t>(labels[i])][answer] += 1;
  }
  write_labels(labels);
  const auto report = holdout();
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->samples, 10U);
  EXPECT_EQ(report->right, 7U);
  EXPECT_EQ(report->accuracy(), 0.7);
  EXPECT_EQ(report->by_class, expected);
  EXPECT_EQ(report->engine.delegate, "xnnpack");
  EXPECT_EQ(report->latency.runs, 10U);
}

TEST_F(Holdout, SeveralInputsComeByName) {
  write_bytes(directory_ + "/model.tflite", tiny::write_model({tiny::sum_and_product()}));
  Tensor a = *tables::make_tensor(DType::float32, {3, 4}), b = a;
  a.set(0 + 3, 1);
  a.set(4 + 1, 1);
  b.set(8 + 2, 1);
  std::filesystem::create_directory(directory_ + "/holdout");
  write_bytes(directory_ + "/holdout/inputs.npz", *tables::write_npz({{"b", b}, {"a", a}}));
  write_labels({3, 1, 0}, DType::uint8);
  Manifest manifest;
  manifest.name = *ModelName::parse("sum");
  manifest.version = *Version::parse("1.0.0");
  const auto spec = [](const char* name) {
    return bundle::TensorSpec{.name = name, .dtype = DType::float32, .shape = {-1, 4}};
  };
  manifest.inputs = {spec("a"), spec("b")};
  manifest.outputs = {spec("sum"), spec("product")};
  for (const char* path : {"model.tflite", "golden/inputs.npz", "golden/outputs.npz", "golden/tolerance.json",
                           "holdout/inputs.npz", "holdout/labels.npy"})
    manifest.members[path] = {};
  write_manifest(manifest);
  const auto report = holdout();
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->right, 2U);
  EXPECT_EQ(report->by_class, (Matrix{{0, 0, 1, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 1}}));
}

TEST_F(Holdout, AVersionWithoutOneIsRefused) {
  write_manifest(write_version());
  expect_refused(Code::not_found, "kws-1.0.0 has no holdout");
}

TEST_F(Holdout, LabelsThatDoNotFitAreRefusedWithTheirPlace) {
  std::vector<std::int64_t> labels = write_keywords();
  labels[4] = 12;
  write_labels(labels);
  expect_refused(Code::bad_bundle, "label 12 at 4 is none of the 12 classes");
  labels[4] = -1;
  write_labels(labels);
  expect_refused(Code::bad_bundle, "label -1 at 4");
  write_labels({1, 2, 3});
  expect_refused(Code::bad_bundle, "3 labels for 10 samples");
  write_labels({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, DType::float32);
  expect_refused(Code::bad_bundle, "whole numbers");
}

TEST_F(Holdout, AMemberThatIsGoneIsNamed) {
  write_labels(write_keywords());
  std::filesystem::remove(directory_ + "/holdout/inputs.npy");
  expect_refused(Code::not_found, "holdout/inputs.npy");
}

}  // namespace
}  // namespace drover::worker
