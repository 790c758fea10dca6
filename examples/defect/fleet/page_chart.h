#pragma once

#include <string>
#include <string_view>

#include "page_data.h"

namespace drover::defect {

/// Text for HTML.
std::string escaped(std::string_view text);

/// A device's confidence and evidence of drift over time as SVG, the version as the background (coloured by
/// its place in `versions`), decisions as lines with their words.
std::string chart(const PageDevice& device, const std::vector<std::string>& versions, double seconds);

}  // namespace drover::defect
