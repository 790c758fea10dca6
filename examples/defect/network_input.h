#pragma once

#include <cstdint>

namespace drover::defect {

/// Grey level to network input: 0…255 to -1…1, as preprocess.json says.
inline float normalised(std::uint8_t level) { return (static_cast<float>(level) - 127.5f) * (1 / 127.5f); }

}  // namespace drover::defect
