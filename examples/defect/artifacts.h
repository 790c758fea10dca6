#pragma once

#include <optional>
#include <string>

#include "defect/dataset.h"
#include "defect/training.h"

namespace drover::defect {

/// Everything that `drover model pack` takes, as plain files in `folder`:
/// model.tflite; golden_inputs.npy (raw images, uint8 [n,48,48,1]) and golden_outputs.npy (float32 [n,2],
/// computed by the trainer, so that the runtime is checked against something else than itself);
/// tolerance.json; preprocess.json; labels (one line); holdout_inputs.npy, holdout_labels.npy (int64) and
/// holdout_outputs.npy (the trainer's); reference.csv (a column a feature, confidence, class). `dark_limit`
/// is the model's fault, if it is to have one: see model_file.h; the golden samples lie clear of it.
Status write_artifacts(const std::string& folder, const Dataset& data, const Trained& trained,
                       std::optional<float> dark_limit);

/// Mean grey level of an image, 0…255.
float mean_level(const Image& image);
/// The grey level below which `fraction` of the images are dark, half way between two of them.
float dark_limit(const std::vector<Image>& images, double fraction);
/// Images below the limit: those on which the faulty model gives NaN.
std::size_t count_dark(const std::vector<Image>& images, float limit);

}  // namespace drover::defect
