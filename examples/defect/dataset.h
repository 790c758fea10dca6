#pragma once

#include <string>
#include <vector>

#include "defect/surface.h"

namespace drover::defect {

/// Images with what is true of each.
struct Labelled {
  std::vector<Image> images;
  std::vector<int> labels;
  void add(Image image, int label) {
    images.push_back(std::move(image));
    labels.push_back(label);
  }
  [[nodiscard]] std::size_t size() const { return images.size(); }
};

/// Four parts that share no image: what the network learns from, what its temperature is fitted on, what it
/// is judged on, and what the baseline of its features and confidence is made from.
struct Dataset {
  Labelled train, validation, holdout, reference;
};

struct DataOptions {
  std::uint64_t seed = 1;
  int train_images = 1600, validation_images = 400, holdout_images = 600, reference_images = 2000;
  int defect_percent = 50;
  std::vector<CameraFaults> cameras = {{}};          // taken in turn
  std::vector<CameraFaults> field = {};              // where the model will run: of all but the images to
                                                     // learn from; empty: the same cameras
  std::string good_folder = {}, defect_folder = {};  // when given, these images instead of the generator's
};

/// The generator's images, or those of the two folders, mixed and shared out (60 % to train, 15 % to
/// validate, 25 % to judge; the baseline is then made from the last two). Errors: bad_image with the file's
/// name; invalid_argument when there are too few.
Result<Dataset> make_dataset(const DataOptions& options);

}  // namespace drover::defect
