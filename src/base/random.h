#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace drover {

/// Bytes from the operating system's generator, fit for keys and tokens.
Bytes secure_random(std::size_t count);
/// Uniform in [0, bound); for jitter and back-off.
std::uint64_t random_below(std::uint64_t bound);

}  // namespace drover
