#include <fmt/format.h>

#include <cstring>

#include "runtime/preprocess.h"
#include "session.h"

namespace drover::sdk {
namespace {

using runtime::DType;
using runtime::Tensor;

/// The declared shape with its one free size, if any, set so that `count` values fill it.
Result<std::vector<std::int64_t>> shape_for(const runtime::TensorSpec& spec, std::size_t count) {
  std::vector<std::int64_t> shape = spec.shape;
  std::int64_t known = 1;
  std::int64_t* free_size = nullptr;
  for (std::int64_t& size : shape) {
    if (size >= 0) {
      known *= size;
    } else {
      free_size = free_size == nullptr ? &size : free_size;
      size = 1;
    }
  }
  if (free_size != nullptr && known > 0) *free_size = static_cast<std::int64_t>(count) / known;
  const std::int64_t needed = known * (free_size != nullptr ? *free_size : 1);
  if (needed <= 0 || static_cast<std::size_t>(needed) != count)
    return fail(Code::invalid_argument,
                fmt::format("input \"{}\" takes {}{} values, given are {}", spec.name,
                            free_size != nullptr ? "a multiple of " : "", known, count));
  return shape;
}

}  // namespace

Status fill_image(LoadedModel& model, const ImageView& image) {
  const std::optional<bundle::Preprocess>& how = model.version.manifest().preprocess;
  if (!how)
    return fail(Code::invalid_argument,
                "the version has no preprocessing in its manifest: give values, not an image");
  const Tensor raw{.dtype = DType::uint8,
                   .shape = {1, image.height, image.width, image.channels},
                   .bytes = {image.pixels.begin(), image.pixels.end()}};
  return model.session->set_input(0, DROVER_TRY(runtime::preprocess(raw, *how)));
}

Status fill_values(LoadedModel& model, std::span<const std::span<const float>> inputs) {
  const std::vector<runtime::TensorSpec>& specs = model.session->inputs();
  if (inputs.size() != specs.size())
    return fail(Code::invalid_argument,
                fmt::format("the model has {} inputs, given are {}", specs.size(), inputs.size()));
  for (std::size_t index = 0; index < specs.size(); ++index) {
    Tensor tensor{.dtype = DType::float32,
                  .shape = DROVER_TRY(shape_for(specs[index], inputs[index].size())),
                  .bytes = Bytes(inputs[index].size_bytes())};
    std::memcpy(tensor.bytes.data(), inputs[index].data(), inputs[index].size_bytes());
    const bool real = !specs[index].dtype || is_float(*specs[index].dtype) || specs[index].quantisation;
    if (!real) tensor = convert(tensor, *specs[index].dtype);
    if (Status set = model.session->set_input(index, tensor); !set) return set;
  }
  return {};
}

}  // namespace drover::sdk
