#include "image_source.h"

#include "defect/folder.h"

namespace drover::defect {
namespace {

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

class FolderImages : public ImageSource {
 public:
  explicit FolderImages(std::vector<std::string> files) : files_(std::move(files)) {}
  Result<Image> image(std::uint64_t sequence) override {
    return middle_square(DROVER_TRY(read_picture(files_[sequence % files_.size()])));
  }

 private:
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<ImageSource> generated_images(const SurfaceOptions& options, std::uint64_t seed) {
  return std::make_unique<GeneratedImages>(options, seed);
}

Result<std::unique_ptr<ImageSource>> folder_images(const std::string& folder) {
  std::vector<std::string> files = DROVER_TRY(image_files(folder));
  if (files.empty()) return fail(Code::not_found, folder + ": no PNG, JPEG, PGM or BMP image is in it");
  return std::make_unique<FolderImages>(std::move(files));
}

}  // namespace drover::defect
