#include "image_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNM
#define STBI_ONLY_BMP
#define STBI_MAX_DIMENSIONS 8192
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <stb/stb_image.h>
#pragma clang diagnostic pop

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;

class GeneratedImages : public ImageSource {
 public:
  GeneratedImages(const SurfaceOptions& options, std::uint64_t seed) : options_(options), seed_(seed) {}
  Result<Image> image(std::uint64_t sequence) override {
    return make_surface(options_, seed_, sequence).image;
  }

 private:
  SurfaceOptions options_;
  std::uint64_t seed_;
};

Result<Image> read_image(const std::string& path) {
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load(path.c_str(), &width, &height, &channels, 1), stbi_image_free);
  if (!pixels) return fail(Code::bad_image, fmt::format("{}: {}", path, stbi_failure_reason()));
  const int side = std::min(width, height), left = (width - side) / 2, top = (height - side) / 2;
  const auto size = static_cast<std::size_t>(side);
  Image image{.size = side, .pixels = std::vector<std::uint8_t>(size * size)};
  for (int row = 0; row < side; ++row)
    std::memcpy(image.pixels.data() + static_cast<std::size_t>(row) * size,
                pixels.get() + static_cast<std::ptrdiff_t>(top + row) * width + left, size);
  return image;
}

class FolderImages : public ImageSource {
 public:
  explicit FolderImages(std::vector<std::string> files) : files_(std::move(files)) {}
  Result<Image> image(std::uint64_t sequence) override {
    return read_image(files_[sequence % files_.size()]);
  }

 private:
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<ImageSource> generated_images(const SurfaceOptions& options, std::uint64_t seed) {
  return std::make_unique<GeneratedImages>(options, seed);
}

Result<std::unique_ptr<ImageSource>> folder_images(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : stdfs::directory_iterator(folder, error)) {
    int width = 0, height = 0, channels = 0;  // files are known by content
    if (stbi_info(entry.path().c_str(), &width, &height, &channels) != 0) files.push_back(entry.path());
  }
  if (error) return fail(Code::not_found, fmt::format("{}: {}", folder, error.message()));
  if (files.empty()) return fail(Code::not_found, folder + ": no PNG, JPEG, PGM or BMP image is in it");
  std::ranges::sort(files);
  return std::make_unique<FolderImages>(std::move(files));
}

}  // namespace drover::defect
