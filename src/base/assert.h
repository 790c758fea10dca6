#pragma once

#include <source_location>

namespace drover {

[[noreturn]] void assertion_failed(const char* expression, std::source_location where);

}  // namespace drover

/// A programmer's error if false; stays on in release.
#define DROVER_ASSERT(expression)          \
  (static_cast<bool>(expression) ? void(0) \
                                 : ::drover::assertion_failed(#expression, std::source_location::current()))
