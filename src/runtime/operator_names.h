#pragma once

#include <string>

namespace drover::runtime {

/// TFLite's name of a built-in operator ("CONV_2D"), "BUILTIN_210" for one that this build does not know.
std::string operator_name(int code);

}  // namespace drover::runtime
