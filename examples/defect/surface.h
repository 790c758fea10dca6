#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drover::defect {

/// A square grey image, row by row, 0 black to 255 white.
struct Image {
  int size = 0;
  std::vector<std::uint8_t> pixels;
  std::uint8_t at(int x, int y) const { return pixels[static_cast<std::size_t>(y * size + x)]; }
};

/// The two classes, in the order of the model's outputs.
inline constexpr int kGood = 0, kDefect = 1;
inline constexpr std::string_view kLabels[] = {"good", "defect"};

/// What is wrong with the camera; each fault from 0 (none) to 100 percent, and they add up.
struct CameraFaults {
  bool turned = false;      // mounted a quarter turn off: texture, light and defects all turn
  int dimmed_percent = 0;   // light lost: 33 is a lamp dimmed by a third
  int defocus_percent = 0;  // 100 is a blur of about 2.4 pixels at 48×48
  int fogged_percent = 0;   // fog on the lens, lit by the lamp: so much of the scene's light gives way to a
                            // pale veil, and droplets blur what is left
  bool operator==(const CameraFaults&) const = default;
};

/// Reads "none", or faults such as "turned", "dimmed:33,defocus:50", "fogged"; without a number the fault is
/// as strong as the demo uses it (dimmed 33, defocus 60, fogged 80). Anything else is invalid_argument.
Result<CameraFaults> parse_faults(std::string_view text);
/// A camera each, likewise.
Result<std::vector<CameraFaults>> parse_cameras(std::span<const std::string> texts);
/// The same text back: parse_faults(to_text(f)) == f.
std::string to_text(const CameraFaults& faults);

struct SurfaceOptions {
  int size = 48;            // pixels a side, 16 to 512
  int defect_percent = 50;  // share of images with a defect
  CameraFaults camera = {};
};

struct Surface {
  Image image;
  int label = kGood;
};

/// Image number `index` of the stream `seed`: a brushed metal surface lit from the left, with a scratch, pits
/// or a stain when it is defective, seen by the camera. All arithmetic is on integers, so that the same
/// arguments give the same bits on every machine; the scene does not depend on the camera, so that a fault
/// can be compared image by image.
Surface make_surface(const SurfaceOptions& options, std::uint64_t seed, std::uint64_t index);

}  // namespace drover::defect
