#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "defect/surface.h"

namespace drover::defect {

/// What the camera took, and what is true of it where that is known.
struct CameraImage {
  Image image;
  std::optional<int> truth;  // kGood or kDefect
};

/// A camera: image after image, without end.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  /// Image number `sequence`, from 0. Error: bad_image, with the file's name.
  virtual Result<CameraImage> image(std::uint64_t sequence) = 0;
  /// What is wrong with the camera from now on.
  virtual void set_faults(const CameraFaults& faults) = 0;
};

/// The generator's stream `seed`, with its truth.
std::unique_ptr<ImageSource> generated_images(const SurfaceOptions& options, std::uint64_t seed);
/// The PNG, JPEG, PGM and BMP files of a folder in the order of their names, again and again; grey, cut to
/// the square in their middle. Nobody knows their truth, and no fault changes them. Error: not_found when
/// there is none.
Result<std::unique_ptr<ImageSource>> folder_images(const std::string& folder);

}  // namespace drover::defect
