#include "runtime/preprocess.h"

#include <cmath>

#include "bundle/manifest.h"

namespace drover::runtime {
namespace {

using bundle::Channels;
using bundle::Preprocess;
using tables::DType;
using tables::Tensor;

constexpr std::int64_t kSideMax = 16'384;
constexpr std::size_t kBytesMax = std::size_t{1} << 30;

/// Where one target pixel looks along one axis: two source pixels and the weight of the second.
struct Tap {
  std::size_t low, high;
  float weight;
};

std::vector<Tap> taps(std::int64_t source, std::int64_t target, bundle::Resize how) {
  std::vector<Tap> result;
  const auto last = static_cast<double>(source - 1);
  for (std::int64_t i = 0; i < target; ++i) {
    const double centre =
        (static_cast<double>(i) + 0.5) * static_cast<double>(source) / static_cast<double>(target);
    const double place = how == bundle::Resize::nearest ? std::floor(centre) : centre - 0.5;
    const double inside = std::clamp(place, 0.0, last);
    const double low = std::floor(inside);
    result.push_back({static_cast<std::size_t>(low), static_cast<std::size_t>(std::min(low + 1, last)),
                      static_cast<float>(inside - low)});
  }
  return result;
}

/// One resized image, float, height × width × source channels.
std::vector<float> resized(const std::uint8_t* image, std::size_t source_width, std::size_t channels,
                           const std::vector<Tap>& rows, const std::vector<Tap>& columns) {
  std::vector<float> result;
  result.reserve(rows.size() * columns.size() * channels);
  for (const Tap& row : rows) {
    for (const Tap& column : columns) {
      for (std::size_t c = 0; c < channels; ++c) {
        const auto pixel = [&](std::size_t y, std::size_t x) {
          return static_cast<float>(image[(y * source_width + x) * channels + c]);
        };
        const float top = std::lerp(pixel(row.low, column.low), pixel(row.low, column.high), column.weight);
        const float bottom =
            std::lerp(pixel(row.high, column.low), pixel(row.high, column.high), column.weight);
        result.push_back(std::lerp(top, bottom, row.weight));
      }
    }
  }
  return result;
}

/// Channel `c` of the wanted order, from a pixel that is grey or red, green, blue.
float channel(const float* pixel, std::size_t source_channels, Channels wanted, std::size_t c) {
  if (source_channels == 1) return pixel[0];
  switch (wanted) {
    case Channels::grey:
      return 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
    case Channels::bgr:
      return pixel[2 - c];
    case Channels::rgb:
      break;
  }
  return pixel[c];
}

double of_channel(const std::vector<double>& values, std::size_t c, double absent) {
  if (values.empty()) return absent;
  return values.size() == 1 ? values[0] : values.at(c);
}

struct Images {
  std::int64_t count, height, width, channels;
};

Result<Images> images_of(const Tensor& tensor) {
  const auto& shape = tensor.shape;
  const auto refuse = [&] {
    return fail(Code::invalid_argument,
                fmt::format("raw images are uint8 [N, height, width, 1 or 3], not {} [{}]",
                            name(tensor.dtype), fmt::join(shape, ", ")));
  };
  const auto is_colour = [](std::int64_t size) { return size == 1 || size == 3; };
  Images images{};
  if (shape.size() == 4) {
    images = {shape[0], shape[1], shape[2], shape[3]};
  } else if (shape.size() == 3 && is_colour(shape[2])) {
    images = {1, shape[0], shape[1], shape[2]};
  } else if (shape.size() == 3) {
    images = {shape[0], shape[1], shape[2], 1};
  } else if (shape.size() == 2) {
    images = {1, shape[0], shape[1], 1};
  } else {
    return refuse();
  }
  const bool sides =
      images.height >= 1 && images.height <= kSideMax && images.width >= 1 && images.width <= kSideMax;
  if (tensor.dtype != DType::uint8 || !is_colour(images.channels) || !sides || images.count < 0)
    return refuse();
  if (DROVER_TRY(tables::element_count(shape)) != tensor.bytes.size()) return refuse();
  return images;
}

}  // namespace

Result<Tensor> preprocess(const Tensor& tensor, const Preprocess& how) {
  const Images images = DROVER_TRY(images_of(tensor));
  const std::int64_t height = how.height > 0 ? how.height : images.height;
  const std::int64_t width = how.width > 0 ? how.width : images.width;
  const auto wanted = static_cast<std::size_t>(how.channel_count());
  if (height > kSideMax || width > kSideMax)
    return fail(Code::invalid_argument,
                fmt::format("an image has at most {} × {} pixels", kSideMax, kSideMax));
  for (const auto* values : {&how.offset, &how.scale})
    if (values->size() > 1 && values->size() != wanted)
      return fail(
          Code::invalid_argument,
          fmt::format("preprocessing gives {} offsets or scales for {} channels", values->size(), wanted));

  const bool nhwc = how.layout == bundle::TensorLayout::nhwc;
  const std::vector<std::int64_t> shape =
      nhwc ? std::vector<std::int64_t>{images.count, height, width, how.channel_count()}
           : std::vector<std::int64_t>{images.count, how.channel_count(), height, width};
  Tensor result = DROVER_TRY(tables::make_tensor(DType::float32, shape, kBytesMax));

  const std::vector<Tap> rows = taps(images.height, height, how.resize);
  const std::vector<Tap> columns = taps(images.width, width, how.resize);
  const auto channels = static_cast<std::size_t>(images.channels);
  const auto plane = static_cast<std::size_t>(height * width);
  const auto source_size = static_cast<std::size_t>(images.height * images.width) * channels;
  auto* out = reinterpret_cast<float*>(result.bytes.data());
  for (std::size_t n = 0; n < static_cast<std::size_t>(images.count); ++n, out += plane * wanted) {
    const std::vector<float> image = resized(tensor.bytes.data() + n * source_size,
                                             static_cast<std::size_t>(images.width), channels, rows, columns);
    for (std::size_t p = 0; p < plane; ++p) {
      for (std::size_t c = 0; c < wanted; ++c) {
        const double pixel = channel(image.data() + p * channels, channels, how.channels, c);
        const double value = (pixel - of_channel(how.offset, c, 0)) * of_channel(how.scale, c, 1);
        out[nhwc ? p * wanted + c : c * plane + p] = static_cast<float>(value);
      }
    }
  }
  return result;
}

}  // namespace drover::runtime
