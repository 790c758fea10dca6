#include "image_source.h"

#include "defect/folder.h"

namespace drover::defect {
namespace {

class GeneratedImages : public ImageSource {
 public:
  GeneratedImages(const SurfaceOptions& options, std::uint64_t seed) : options_(options), seed_(seed) {}
  Result<CameraImage> image(std::uint64_t sequence) override {
    Surface surface = make_surface(options_, seed_, sequence);
    return CameraImage{.image = std::move(surface.image), .truth = surface.label};
  }
  void set_faults(const CameraFaults& faults) override { options_.camera = faults; }

 private:
  SurfaceOptions options_;
  std::uint64_t seed_;
};

class FolderImages : public ImageSource {
 public:
  explicit FolderImages(std::vector<std::string> files) : files_(std::move(files)) {}
  Result<CameraImage> image(std::uint64_t sequence) override {
    const Picture picture = DROVER_TRY(read_picture(files_[sequence % files_.size()]));
    return CameraImage{.image = middle_square(picture), .truth = std::nullopt};
  }
  void set_faults(const CameraFaults&) override {}

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
