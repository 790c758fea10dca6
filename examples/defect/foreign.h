#pragma once

#include "defect/surface.h"

namespace drover::defect {

/// Image `index` of a stream of pictures that show no surface at all: stripes, squares, clouds, ramps, bare
/// noise, two of them mixed, at any contrast. A network that learns each with both labels learns to be unsure
/// of what it does not know (outlier exposure: Hendrycks, Mazeika, Dietterich, arXiv 1812.04606).
Image foreign_texture(std::uint64_t seed, std::uint64_t index);

}  // namespace drover::defect
