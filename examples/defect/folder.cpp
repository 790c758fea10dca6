#include "defect/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

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
#pragma clang diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>
#pragma clang diagnostic pop

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;
constexpr std::uintmax_t kFileBytesMax = 64u << 20;
constexpr std::size_t kFilesMax = 20'000;
constexpr int kSideMax = 8192;

bool is_image(const stdfs::path& path) {
  static const std::set<std::string> endings = {".png", ".jpg", ".jpeg", ".pgm", ".bmp"};
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return endings.contains(ending);
}

Result<Image> read_image(const stdfs::path& path, int size) {
  std::error_code error;
  const auto bytes_in_file = stdfs::file_size(path, error);
  if (error) return fail(Code::io_failed, fmt::format("cannot read it: {}", error.message()));
  if (bytes_in_file > kFileBytesMax) return fail(Code::too_large, "more than 64 MB");
  Bytes bytes(bytes_in_file);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    return fail(Code::io_failed, "cannot read it");
  return decode_image(bytes, size);
}

}  // namespace

Result<Image> decode_image(ByteView bytes, int size) {
  int width = 0, height = 0, channels = 0;
  const auto length = static_cast<int>(bytes.size());
  if (stbi_info_from_memory(bytes.data(), length, &width, &height, &channels) == 0)
    return fail(Code::bad_image, fmt::format("not a PNG, JPEG, PGM or BMP image: {}", stbi_failure_reason()));
  if (width > kSideMax || height > kSideMax)
    return fail(Code::too_large, fmt::format("{}×{} pixels; at most {} a side", width, height, kSideMax));
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), length, &width, &height, &channels, 1), stbi_image_free);
  if (pixels == nullptr) return fail(Code::bad_image, fmt::format("damaged: {}", stbi_failure_reason()));
  Image image{size, std::vector<std::uint8_t>(static_cast<std::size_t>(size * size))};
  if (stbir_resize_uint8(pixels.get(), width, height, 0, image.pixels.data(), size, size, 0, 1) == 0)
    return fail(Code::out_of_memory, "no memory to resize it");
  return image;
}

Result<std::vector<Image>> read_folder(const std::string& folder, int size) {
  std::error_code error;
  std::vector<stdfs::path> paths;
  for (stdfs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->is_regular_file() && is_image(entry->path())) paths.push_back(entry->path());
  if (error) return fail(Code::not_found, fmt::format("{}: {}", folder, error.message()));
  if (paths.size() > kFilesMax)
    return fail(Code::too_many, fmt::format("{}: more than {} images", folder, kFilesMax));
  std::sort(paths.begin(), paths.end());
  std::vector<Image> images;
  for (const auto& path : paths) images.push_back(DROVER_TRY(read_image(path, size).in(path.string())));
  return images;
}

}  // namespace drover::defect
