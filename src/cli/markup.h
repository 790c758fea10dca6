#pragma once

#include <string>
#include <string_view>

namespace drover::cli {

/// Text as it stands in HTML or SVG, inside or outside quotes: & < > " ' become entities, bytes that are no
/// UTF-8 and control characters (but a line break) the replacement character.
std::string escaped(std::string_view text);

}  // namespace drover::cli
