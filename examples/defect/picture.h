#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "defect/surface.h"

namespace drover::defect {

/// Somebody's image, grey (Rec. 601), of any size.
struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;  // row by row
};

/// A PNG, JPEG, PGM or BMP image. Errors: bad_image, too_large above 8192 pixels a side.
Result<Picture> decode_picture(ByteView bytes);
/// The same from a file; errors name it. Also io_failed, and too_large above 64 MB.
Result<Picture> read_picture(const std::string& path);

/// Stretched to size×size.
Image stretched(const Picture& picture, int size);
/// The greatest square in its middle.
Image middle_square(const Picture& picture);

}  // namespace drover::defect
