#include "defect/dataset.h"

#include <fmt/format.h>

#include "defect/folder.h"
#include "defect/noise.h"
#include "defect/weights.h"

namespace drover::defect {
namespace {

Labelled generated(const DataOptions& options, const std::vector<CameraFaults>& cameras, std::uint64_t part,
                   int count) {
  Labelled set;
  for (int i = 0; i < count; ++i) {
    const auto& camera = cameras[static_cast<std::size_t>(i) % cameras.size()];
    Surface surface = make_surface({kImageSize, options.defect_percent, camera}, options.seed * 8 + part,
                                   static_cast<std::uint64_t>(i));
    set.add(std::move(surface.image), surface.label);
  }
  return set;
}

void shuffle(Labelled& set, std::uint64_t seed) {
  Noise noise(seed, 0);
  for (int i = static_cast<int>(set.size()) - 1; i > 0; --i) {
    const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(noise.between(0, i));
    std::swap(set.images[a], set.images[b]);
    std::swap(set.labels[a], set.labels[b]);
  }
}

Result<Dataset> from_folders(const DataOptions& options) {
  Labelled all;
  for (Image& image : DROVER_TRY(read_folder(options.good_folder, kImageSize)))
    all.add(std::move(image), kGood);
  for (Image& image : DROVER_TRY(read_folder(options.defect_folder, kImageSize)))
    all.add(std::move(image), kDefect);
  if (all.size() < 40)
    return fail(Code::invalid_argument,
                fmt::format("{} images in {} and {} are too few to learn from; give 40 or more", all.size(),
                            options.good_folder, options.defect_folder));
  shuffle(all, options.seed);
  Dataset data;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t place = i % 20;
    Labelled& part = place < 12 ? data.train : place < 15 ? data.validation : data.holdout;
    if (&part != &data.train) data.reference.add(all.images[i], all.labels[i]);
    part.add(std::move(all.images[i]), all.labels[i]);
  }
  return data;
}

}  // namespace

Result<Dataset> make_dataset(const DataOptions& options) {
  if (!options.good_folder.empty()) return from_folders(options);
  const auto& field = options.field.empty() ? options.cameras : options.field;
  return Dataset{.train = generated(options, options.cameras, 0, options.train_images),
                 .validation = generated(options, field, 1, options.validation_images),
                 .holdout = generated(options, field, 2, options.holdout_images),
                 .reference = generated(options, field, 3, options.reference_images)};
}

}  // namespace drover::defect
