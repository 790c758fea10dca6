#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace drover {

/// The CRC-32 of ISO 3309 and ITU-T V.42 (polynomial 0x04C11DB7, reflected), as in zip, gzip and PNG:
/// 0xCBF43926 of "123456789". It finds accidents; it proves nothing against anybody.
std::uint32_t crc32(ByteView bytes);

}  // namespace drover
