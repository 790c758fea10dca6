#pragma once

#include "defect/surface.h"

namespace drover::defect {

/// Image `index` of a stream of pictures that show no surface at all: stripes, squares, clouds, ramps, bare
/// noise, each at any contrast. A network that learns them with random labels learns to be unsure of what it
/// does not know.
Image foreign_texture(std::uint64_t seed, std::uint64_t index);

}  // namespace drover::defect
