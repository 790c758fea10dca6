#pragma once

#include <string>
#include <vector>

#include "defect/picture.h"

namespace drover::defect {

/// The images in `folder` (not below it), in the order of their names: every PNG, JPEG, PGM and BMP file,
/// known by its content, and every file whose name says that it is one, so that a damaged image is found out
/// when it is read and not left out. Errors: not_found, too_many above 20 000.
Result<std::vector<std::string>> image_files(const std::string& folder);

/// All of them, stretched to size×size. Errors: also read_picture's.
Result<std::vector<Image>> read_folder(const std::string& folder, int size);

}  // namespace drover::defect
