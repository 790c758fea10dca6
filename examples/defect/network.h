#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "defect/surface.h"
#include "defect/weights.h"

namespace drover::defect {

/// The small convolutional network, trained with dlib on one thread: the same seed and the same images give
/// the same weights on one machine (another BLAS may round differently).
class Network {
 public:
  Network(std::uint32_t seed, const InputScaling& scaling);
  ~Network();

  /// One step of Adam on a batch; images are 48×48, labels 0 or 1.
  void step(std::span<const Image* const> images, std::span<const int> labels, double learning_rate);
  std::vector<Logits> logits(std::span<const Image> images);
  Weights weights();

 private:
  struct Net;
  InputScaling scaling_;
  std::unique_ptr<Net> net_;
};

}  // namespace drover::defect
