#pragma once

#include <string_view>

namespace drover::defect {

/// What happens to the cameras in the second half: a device of the fleet each, by its number.
struct CameraFault {
  std::size_t device;   // of Demo::fleet()
  const char* fault;    // as `defect-inspector --fault` takes it
  const char* what;     // in words
  const char* feature;  // that must be named as drifted, whatever else is
};
inline constexpr CameraFault kTurned{0, "turned", "the camera is turned by 90°", "anisotropy"};
inline constexpr CameraFault kDimmed{1, "dimmed:33", "the lamp is dimmed by a third", "mean"};
inline constexpr CameraFault kFogged{3, "fogged:80", "the lens fogs over", "sharpness"};
inline constexpr CameraFault kCameraFaults[] = {kTurned, kDimmed, kFogged};
inline constexpr std::size_t kHealthy[] = {2, 4};

}  // namespace drover::defect
