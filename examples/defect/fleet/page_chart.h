#pragma once

#include <string>
#include <string_view>

#include "page_data.h"

namespace drover::defect {

/// Text for HTML.
std::string escaped(std::string_view text);

/// A device's confidence and evidence of drift over time as SVG, the version as the background, decisions as
/// lines with their words.
std::string chart(const PageDevice& device, double seconds);

}  // namespace drover::defect
