#include "defect/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/assert.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNM
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>
#pragma clang diagnostic pop

namespace drover::defect {
namespace {

constexpr std::uintmax_t kFileBytesMax = 64u << 20;
constexpr int kSideMax = 8192;

std::size_t area(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

Result<Bytes> read_bytes(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail(Code::io_failed, fmt::format("cannot read it: {}", error.message()));
  if (size > kFileBytesMax) return fail(Code::too_large, "more than 64 MB");
  Bytes bytes(size);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    return fail(Code::io_failed, "cannot read it");
  return bytes;
}

}  // namespace

Result<Picture> decode_picture(ByteView bytes) {
  int width = 0, height = 0, channels = 0;
  const auto length = static_cast<int>(bytes.size());
  if (stbi_info_from_memory(bytes.data(), length, &width, &height, &channels) == 0)
    return fail(Code::bad_image, fmt::format("not a PNG, JPEG, PGM or BMP image: {}", stbi_failure_reason()));
  if (width > kSideMax || height > kSideMax)
    return fail(Code::too_large, fmt::format("{}×{} pixels; at most {} a side", width, height, kSideMax));
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), length, &width, &height, &channels, 1), stbi_image_free);
  if (pixels == nullptr) return fail(Code::bad_image, fmt::format("damaged: {}", stbi_failure_reason()));
  return Picture{width, height, {pixels.get(), pixels.get() + area(width, height)}};
}

Result<Picture> read_picture(const std::string& path) {
  const Bytes bytes = DROVER_TRY(read_bytes(path).in(path));
  return decode_picture(bytes).in(path);
}

Image stretched(const Picture& picture, int size) {
  Image image{size, std::vector<std::uint8_t>(area(size, size))};
  const int done = stbir_resize_uint8(picture.pixels.data(), picture.width, picture.height, 0,
                                      image.pixels.data(), size, size, 0, 1);
  DROVER_ASSERT(done != 0);  // it fails for want of memory alone
  return image;
}

Image middle_square(const Picture& picture) {
  const int side = std::min(picture.width, picture.height);
  const int left = (picture.width - side) / 2, top = (picture.height - side) / 2;
  Image image{side, {}};
  for (int row = top; row < top + side; ++row) {
    const auto begin = picture.pixels.begin() + static_cast<std::ptrdiff_t>(row) * picture.width + left;
    image.pixels.insert(image.pixels.end(), begin, begin + side);
  }
  return image;
}

}  // namespace drover::defect
