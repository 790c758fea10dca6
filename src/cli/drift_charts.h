#pragma once

#include <string>
#include <vector>

#include "drift/two_sample/compare.h"
#include "drift/two_sample/picture.h"

/// Inline SVG of the drift report; colours are the page's (classes ref, cur, axis). Every text from a file is
/// escaped; every chart has a title and a description for those who do not see it.
namespace drover::cli {

/// Both histograms over each other.
std::string histogram_svg(const drift::Picture& picture, std::string_view column);
/// Both distribution functions, and a mark where they are furthest apart.
std::string cdf_svg(const drift::Picture& picture, const drift::Gap& gap, std::string_view column);
/// Shares of the categories that changed most, a pair of bars each; the rest together.
std::string categories_svg(const drift::ColumnComparison& column);

}  // namespace drover::cli
