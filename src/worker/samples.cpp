#include "worker/samples.h"

#include "runtime/preprocess.h"

namespace drover::worker {
namespace {

std::string text_of(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// True when `shape` is one that the model may have, axis by axis.
bool matches(std::span<const std::int64_t> shape, std::span<const std::int64_t> model) {
  return std::ranges::equal(shape, model, [](std::int64_t size, std::int64_t declared) {
    return declared < 0 || size == declared;
  });
}

}  // namespace

Result<Stack> Stack::make(Tensor tensor, const std::vector<std::int64_t>& shape, std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return fail(Code::invalid_argument, fmt::format("{} of shape {} are no samples of {} {}: {}", name,
                                                    text_of(tensor.shape), name, text_of(shape), why));
  };
  const std::span<const std::int64_t> given(tensor.shape);
  Stack stack;
  if (given.empty()) return refuse("give a first axis along which the samples lie");
  stack.sample_shape_ = tensor.shape;
  std::int64_t rows = 1;
  if (given.size() == shape.size()) {
    rows = std::max<std::int64_t>(1, shape[0]);
    if (!matches(given.subspan(1), std::span(shape).subspan(1))) return refuse("the other axes differ");
    stack.sample_shape_[0] = rows;
  } else if (given.size() == shape.size() + 1) {
    if (!matches(given.subspan(1), shape)) return refuse("the axes after the first differ");
    stack.sample_shape_.erase(stack.sample_shape_.begin());
  } else {
    return refuse("the number of axes differs");
  }
  if (given[0] % rows != 0) return refuse(fmt::format("the model takes {} rows at a time", rows));
  stack.count_ = static_cast<std::size_t>(given[0] / rows);
  stack.tensor_ = std::move(tensor);
  return stack;
}

Tensor Stack::sample(std::size_t index) const {
  const std::size_t size = tensor_.bytes.size() / count_;
  const auto begin = tensor_.bytes.begin() + static_cast<std::ptrdiff_t>(index * size);
  return {tensor_.dtype, sample_shape_, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size))};
}

Result<std::vector<Stack>> make_stacks(std::vector<Tensor> tensors,
                                       const std::vector<runtime::TensorSpec>& specs) {
  std::vector<Stack> stacks;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    stacks.push_back(DROVER_TRY(Stack::make(std::move(tensors.at(i)), specs[i].shape, specs[i].name)));
    if (stacks.back().count() != stacks.front().count())
      return fail(Code::invalid_argument,
                  fmt::format("{} has {} samples, but {} has {}", specs[i].name, stacks.back().count(),
                              specs[0].name, stacks.front().count()));
  }
  return stacks;
}

Result<Samples> Samples::tensors(std::vector<Tensor> tensors, const std::vector<runtime::TensorSpec>& specs) {
  Samples samples;
  samples.stacks_ = DROVER_TRY(make_stacks(std::move(tensors), specs));
  samples.count_ = samples.stacks_.empty() ? 0 : samples.stacks_[0].count();
  return samples;
}

Result<Samples> Samples::images(Tensor images, const bundle::Preprocess& how,
                                const std::vector<runtime::TensorSpec>& specs) {
  if (specs.size() != 1)
    return fail(Code::invalid_argument,
                fmt::format("raw images go to a model with one input; this one has {}", specs.size()));
  if (images.shape.size() < 3)
    return fail(Code::invalid_argument,
                fmt::format("raw images are [N, height, width] or [N, height, width, channels], not {}",
                            text_of(images.shape)));
  Samples samples;
  samples.count_ = static_cast<std::size_t>(images.shape[0]);
  if (images.shape.size() == 3) images.shape.push_back(1);
  samples.images_ = std::move(images);
  samples.how_ = how;
  return samples;
}

Status Samples::feed(runtime::Session& session, std::size_t index) const {
  if (how_) {
    const Tensor ready = DROVER_TRY(runtime::preprocess(images_.sample(index), *how_));
    const runtime::TensorSpec& spec = session.inputs()[0];
    // A model of plain integers, without quantisation, takes the values themselves.
    const bool plain = spec.dtype && !tables::is_float(*spec.dtype) && !spec.quantisation;
    return session.set_input(0, plain ? tables::convert(ready, *spec.dtype) : ready);
  }
  for (std::size_t i = 0; i < stacks_.size(); ++i) DROVER_TRY(session.set_input(i, stacks_[i].sample(index)));
  return {};
}

Result<std::vector<bundle::TensorSpec>> carried(const std::vector<runtime::TensorSpec>& specs) {
  std::vector<bundle::TensorSpec> result;
  for (const runtime::TensorSpec& spec : specs) {
    if (!spec.dtype)
      return fail(Code::unsupported,
                  fmt::format("{} is {}, which Drover does not carry", spec.name, spec.type_name));
    result.push_back({.name = spec.name, .dtype = *spec.dtype, .shape = spec.shape});
  }
  return result;
}

Result<Tensor> stack_outputs(const std::vector<Tensor>& samples) {
  Tensor all = samples.at(0);
  const bool batch_axis = !all.shape.empty() && all.shape[0] >= 1;
  if (!batch_axis) all.shape.insert(all.shape.begin(), 1);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples[i].shape != samples[0].shape)
      return fail(Code::unsupported,
                  fmt::format("an output has the shape {} for sample 0 and {} for sample {}; outputs "
                              "that change their shape cannot be golden",
                              text_of(samples[0].shape), text_of(samples[i].shape), i));
    all.bytes.insert(all.bytes.end(), samples[i].bytes.begin(), samples[i].bytes.end());
  }
  all.shape[0] *= static_cast<std::int64_t>(samples.size());
  return all;
}

}  // namespace drover::worker
