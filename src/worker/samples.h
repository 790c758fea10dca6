#pragma once

#include <vector>

#include "base/result.h"
#include "bundle/manifest.h"
#include "runtime/engine.h"
#include "tables/tensor.h"

namespace drover::worker {

using tables::Tensor;

/// Many samples of one input or output, stacked along a first axis.
class Stack {
 public:
  /// `shape` is the model's own for one inference, -1 where free. An array of the same rank has the samples
  /// along the model's batch axis (a fixed batch of B takes B rows a sample), one of a rank more has an axis
  /// of its own. Error: invalid_argument when the array is no stack of such samples.
  static Result<Stack> make(Tensor tensor, const std::vector<std::int64_t>& shape, std::string_view name);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] Tensor sample(std::size_t index) const;

 private:
  Tensor tensor_;
  std::vector<std::int64_t> sample_shape_;
  std::size_t count_ = 0;
};

/// One stack for each of `specs`, all of the same height.
Result<std::vector<Stack>> make_stacks(std::vector<Tensor> tensors,
                                       const std::vector<runtime::TensorSpec>& specs);

/// What is fed to a model, sample by sample: tensors, or raw images with the manifest's preprocessing.
class Samples {
 public:
  static Result<Samples> tensors(std::vector<Tensor> tensors, const std::vector<runtime::TensorSpec>& specs);
  static Result<Samples> images(Tensor images, const bundle::Preprocess& how,
                                const std::vector<runtime::TensorSpec>& specs);

  [[nodiscard]] std::size_t count() const { return count_; }
  /// Sets all inputs of the session to sample `index`.
  [[nodiscard]] Status feed(runtime::Session& session, std::size_t index) const;

 private:
  std::size_t count_ = 0;
  std::vector<Stack> stacks_;
  Tensor images_;
  std::optional<bundle::Preprocess> how_;
};

/// The engine's specs in the manifest's words, for bundle::arrange. Error: unsupported for a type that Drover
/// does not carry.
Result<std::vector<bundle::TensorSpec>> carried(const std::vector<runtime::TensorSpec>& specs);

/// The outputs of all samples, stacked again along a first axis (the batch axis where the model has one of
/// size 1).
Result<Tensor> stack_outputs(const std::vector<Tensor>& samples);

}  // namespace drover::worker
