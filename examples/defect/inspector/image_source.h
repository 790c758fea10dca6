#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "defect/surface.h"

namespace drover::defect {

/// A camera: image after image, without end.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  /// Image number `sequence`, from 0. Error: bad_image, with the file's name.
  virtual Result<Image> image(std::uint64_t sequence) = 0;
};

/// The generator's stream `seed`.
std::unique_ptr<ImageSource> generated_images(const SurfaceOptions& options, std::uint64_t seed);
/// The PNG, JPEG, PGM and BMP files of a folder in the order of their names, again and again; grey, cut to
/// the square in their middle. Error: not_found when there is none.
Result<std::unique_ptr<ImageSource>> folder_images(const std::string& folder);

}  // namespace drover::defect
