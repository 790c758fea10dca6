#include <cstddef>
#include <cstdint>

#include "bundle/manifest.h"
#include "runtime/preprocess.h"

// The first bytes choose the image's shape and the preprocessing, the rest are pixels.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover;
  if (size < 12) return 0;
  const auto rank = static_cast<std::size_t>(data[0] % 6);
  std::vector<std::int64_t> shape;
  for (std::size_t i = 0; i < rank; ++i) shape.push_back(data[1 + i] % 40);
  bundle::Preprocess how{.resize = data[6] % 2 == 0 ? bundle::Resize::nearest : bundle::Resize::bilinear,
                         .width = data[7] % 64,
                         .height = data[8] % 64,
                         .channels = static_cast<bundle::Channels>(data[9] % 3),
                         .offset = std::vector<double>(data[10] % 5, 1.5),
                         .scale = std::vector<double>(data[11] % 5, 0.25),
                         .layout = data[6] % 4 < 2 ? bundle::TensorLayout::nhwc : bundle::TensorLayout::nchw};
  const auto result = runtime::preprocess({tables::DType::uint8, shape, Bytes(data + 12, data + size)}, how);
  if (result && result->bytes.size() != *tables::element_count(result->shape) * sizeof(float))
    __builtin_trap();
  return 0;
}
