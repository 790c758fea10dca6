#pragma once

#include <span>

#include "defect/surface.h"

namespace drover::defect {

/// How grey levels come to the network, as preprocess.json says: (level − offset) · scale.
struct InputScaling {
  float offset = 127.5f, scale = 1 / 127.5f;
  float operator()(float level) const { return (level - offset) * scale; }
};

/// By the images' own mean and standard deviation over all pixels, so that the network's numbers lie around 0
/// and have a size of about 1, whatever the light: it then learns faster, and stays unsure of what looks like
/// none of them. A deviation below one grey level counts as one.
InputScaling scaling_of(std::span<const Image> images);

}  // namespace drover::defect
