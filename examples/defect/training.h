#pragma once

#include <functional>
#include <string>

#include "defect/dataset.h"
#include "defect/network.h"

namespace drover::defect {

struct TrainOptions {
  std::uint32_t seed = 1;
  int epochs = 6;
  int epochs_more = 4;        // one at a time, as long as accuracy_min is not reached
  int foreign_images = 400;   // textures that are no surface, learnt with both labels
  double accuracy_min = .96;  // on the validation images; below it the training has not converged
  double holdout_min = .95;   // the model's bar, on images that had no part in it
  int attempts_max = 5;       // each with another seed
};

/// A network that has converged, its temperature folded into its weights.
struct Trained {
  Weights weights;
  double temperature = 1;
  std::uint32_t seed = 0;  // of the attempt that converged
  int attempts = 1;
  std::vector<Logits> validation = {}, holdout = {}, reference = {};  // with the temperature applied
};

/// Told after every epoch: "attempt 1, epoch 3 of 7: 96.5 % of the validation images right".
using OnEpoch = std::function<void(const std::string& line)>;

/// Trains until an attempt reaches `accuracy_min`; an attempt that still guesses after some 100 steps (Adam
/// at times never leaves 50 %) is given up there. Error: invalid_argument when no attempt converges.
Result<Trained> train(const Dataset& data, const TrainOptions& options, const OnEpoch& on_epoch);

}  // namespace drover::defect
