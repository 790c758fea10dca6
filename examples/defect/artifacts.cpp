#include "defect/artifacts.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "bundle/golden.h"
#include "defect/calibration.h"
#include "defect/features.h"
#include "defect/model_file.h"
#include "fs/file_system.h"
#include "tables/npy.h"

namespace drover::defect {
namespace {

constexpr std::size_t kGoldenPerClass = 8;
/// Trainer and runtime agree within 1e-4; a float delegate may round a little more coarsely.
constexpr bundle::OutputTolerance kGoldenTolerance = {.absolute = 1e-3, .relative = 0, .same_top1 = true};
constexpr float kGoldenConfidenceMin = .6f;  // a delegate's rounding must not change the class

tables::Tensor images_tensor(const std::vector<const Image*>& images) {
  tables::Tensor tensor{
      tables::DType::uint8, {static_cast<std::int64_t>(images.size()), kImageSize, kImageSize, 1}, {}};
  for (const Image* image : images)
    tensor.bytes.insert(tensor.bytes.end(), image->pixels.begin(), image->pixels.end());
  return tensor;
}

template <class T>
tables::Tensor tensor_of(tables::DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  const ByteView bytes{reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)};
  return {dtype, std::move(shape), {bytes.begin(), bytes.end()}};
}

tables::Tensor scores_tensor(const std::vector<Logits>& logits) {
  std::vector<float> scores;
  for (const Logits& one : logits)
    for (const float share : softmax(one)) scores.push_back(share);
  return tensor_of(tables::DType::float32, {static_cast<std::int64_t>(logits.size()), kClasses}, scores);
}

std::vector<const Image*> all_of(const std::vector<Image>& images) {
  std::vector<const Image*> pointers;
  for (const Image& image : images) pointers.push_back(&image);
  return pointers;
}

/// Holdout images, as many of each class, that the network is fairly sure of and that are not dark.
struct Golden {
  std::vector<const Image*> images;
  std::vector<Logits> logits;
};

Golden choose_golden(const Dataset& data, const Trained& trained, std::optional<float> limit) {
  Golden golden;
  std::array<std::size_t, kClasses> chosen{};
  const Labelled& holdout = data.holdout;
  for (std::size_t i = 0; i < holdout.size(); ++i) {
    std::size_t& of_class = chosen[static_cast<std::size_t>(top(trained.holdout[i]).label)];
    const bool dark = limit && mean_level(holdout.images[i]) < *limit + 1;
    if (of_class >= kGoldenPerClass || dark || top(trained.holdout[i]).confidence < kGoldenConfidenceMin)
      continue;
    ++of_class;
    golden.images.push_back(&holdout.images[i]);
    golden.logits.push_back(trained.holdout[i]);
  }
  return golden;
}

std::string preprocess_json(const InputScaling& scaling) {
  return fmt::format(R"({{
  "resize": "bilinear",
  "width": 48,
  "height": 48,
  "channels": "grey",
  "offset": [{:.9g}],
  "scale": [{:.9g}],
  "layout": "nhwc"
}}
)",
                     scaling.offset, scaling.scale);
}

std::string reference_csv(const Labelled& reference, const std::vector<Logits>& logits) {
  std::string text = fmt::format("{},confidence,class\n", fmt::join(kFeatureNames, ","));
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const Top best = top(logits[i]);
    text += fmt::format("{},{},{}\n", fmt::join(features(reference.images[i]), ","), best.confidence,
                        kLabels[static_cast<std::size_t>(best.label)]);
  }
  return text;
}

}  // namespace

float mean_level(const Image& image) {
  const auto sum = std::accumulate(image.pixels.begin(), image.pixels.end(), std::int64_t{0});
  return static_cast<float>(static_cast<double>(sum) / static_cast<double>(image.pixels.size()));
}

float dark_limit(const std::vector<Image>& images, double fraction) {
  std::vector<float> means;
  for (const Image& image : images) means.push_back(mean_level(image));
  std::sort(means.begin(), means.end());
  const auto below = static_cast<std::size_t>(fraction * static_cast<double>(means.size()));
  const std::size_t next = std::clamp(below, std::size_t{1}, means.size() - 1);
  return (means[next - 1] + means[next]) / 2;
}

std::size_t count_dark(const std::vector<Image>& images, float limit) {
  return static_cast<std::size_t>(std::count_if(
      images.begin(), images.end(), [&](const Image& image) { return mean_level(image) < limit; }));
}

Status write_artifacts(const std::string& folder, const Dataset& data, const Trained& trained,
                       std::optional<float> limit) {
  fs::FileSystem& files = fs::real_file_system();
  DROVER_TRY(fs::make_directories(files, folder));
  const auto write = [&](const char* name, ByteView bytes) {
    return fs::write_atomically(files, fs::Path(folder) / name, bytes);
  };
  const auto write_npy = [&](const char* name, const tables::Tensor& tensor) {
    return write(name, tables::write_npy(tensor));
  };
  const Golden golden = choose_golden(data, trained, limit);
  const std::vector<std::int64_t> labels(data.holdout.labels.begin(), data.holdout.labels.end());
  DROVER_TRY(write("model.tflite", model_file(trained.weights, limit)));
  DROVER_TRY(write_npy("golden_inputs.npy", images_tensor(golden.images)));
  DROVER_TRY(write_npy("golden_outputs.npy", scores_tensor(golden.logits)));
  DROVER_TRY(write_npy("holdout_inputs.npy", images_tensor(all_of(data.holdout.images))));
  DROVER_TRY(write_npy("holdout_outputs.npy", scores_tensor(trained.holdout)));
  DROVER_TRY(write_npy("holdout_labels.npy",
                       tensor_of(tables::DType::int64, {static_cast<std::int64_t>(labels.size())}, labels)));
  DROVER_TRY(write("reference.csv", as_bytes(reference_csv(data.reference, trained.reference))));
  DROVER_TRY(write("labels", as_bytes("good,defect\n")));
  const bundle::Tolerance tolerance{.common = {.fallback = kGoldenTolerance, .outputs = {}}, .engines = {}};
  DROVER_TRY(write("tolerance.json", as_bytes(bundle::to_json(tolerance))));
  return write("preprocess.json", as_bytes(preprocess_json(trained.weights.input)));
}

}  // namespace drover::defect
