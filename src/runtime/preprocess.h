#pragma once

#include "base/result.h"
#include "tables/tensor.h"

namespace drover::bundle {
struct Preprocess;  // bundle/manifest.h
}

namespace drover::runtime {

/// Raw images to the model's input, by the manifest's preprocessing: the one piece of code that golden
/// samples, holdout and the app's session all go through.
///
/// `images` is uint8 [N, H, W, C] (or [N, H, W], or [H, W, C] and [H, W] for one), with C = 1 grey or 3 red,
/// green, blue. The answer is float32 [N, height, width, channels] ("nhwc") or [N, channels, height, width]
/// ("nchw"). In order: resize, channels, then value = (pixel − offset[c]) · scale. Resize "nearest": source =
/// floor((target + 0.5) · source_size / target_size). "bilinear": centres of pixels aligned (source = (target
/// + 0.5) · source_size / target_size − 0.5), edges repeated, no smoothing before shrinking; computed in
/// float32 and not rounded to whole pixel values. Grey from colour: 0.299 R + 0.587 G + 0.114 B (ITU-R
/// BT.601); colour from grey: the same value three times. Errors: invalid_argument for another shape or
/// dtype, too_large beyond 1 GiB.
Result<tables::Tensor> preprocess(const tables::Tensor& images, const bundle::Preprocess& how);

}  // namespace drover::runtime
