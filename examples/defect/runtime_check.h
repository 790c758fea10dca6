#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "defect/surface.h"
#include "defect/weights.h"
#include "runtime/engine.h"

namespace drover::defect {

/// How the model file does in the device's runtime, against what the trainer computed.
struct RuntimeCheck {
  double max_difference = 0;     // of a score, over all images that gave numbers
  std::size_t not_a_number = 0;  // images on which a score was NaN
  double latency_us = 0;         // mean of one inference
};

/// A model of ours, loaded, and how it wants its input.
struct LoadedModel {
  std::unique_ptr<runtime::Engine> engine;
  std::unique_ptr<runtime::Session> session;
  InputScaling scaled;
};
/// Errors: runtime_missing, bad_model.
Result<LoadedModel> load_model(Bytes model, const InputScaling& scaling,
                               const std::string& delegate = "xnnpack");

/// The two scores of one 48×48 image.
Result<Logits> run_model(const LoadedModel& model, const Image& image);

/// Runs every image and compares with the scores expected of it.
Result<RuntimeCheck> check_in_runtime(const LoadedModel& model, std::span<const Image> images,
                                      std::span<const Logits> scores);

}  // namespace drover::defect
