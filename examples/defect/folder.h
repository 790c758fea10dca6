#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "defect/surface.h"

namespace drover::defect {

/// Every PNG, JPEG, PGM and BMP image in `folder` (not below it), in the order of their names, made grey
/// (Rec. 601) and stretched to size×size. Errors: not_found, bad_image with the file's name, too_many above
/// 20 000, too_large above 64 MB or 8192 pixels a side.
Result<std::vector<Image>> read_folder(const std::string& folder, int size);
/// One image, from bytes.
Result<Image> decode_image(ByteView bytes, int size);

}  // namespace drover::defect
