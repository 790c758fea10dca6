#include "base/crc32.h"

#include <array>

namespace drover {
namespace {

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xEDB88320u : 0u);
    table[i] = c;
  }
  return table;
}();

}  // namespace

std::uint32_t crc32(ByteView bytes) {
  std::uint32_t c = ~0u;
  for (const std::uint8_t byte : bytes) c = (c >> 8) ^ kTable[(c ^ byte) & 0xFF];
  return ~c;
}

}  // namespace drover
